/// JSON text, read.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_reader.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

namespace posse {
namespace json = boost::json;
namespace {

/// Makes values of what the parser sees, and fractions from their text: Boost multiplies the digits
/// by a power of ten, which rounds twice.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Builder(json::storage_ptr storage) : values_({}, room_.data(), room_.size()) {
    values_.reset(std::move(storage));
  }

  json::value release() { return values_.release(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t fields, json::error_code&) {
    values_.push_object(fields);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t items, json::error_code&) {
    values_.push_array(items);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    values_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    values_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view part, json::error_code&) {
    number_ += part;
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    number_.clear();
    values_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    number_.clear();
    values_.push_uint64(number);
    return true;
  }
  bool on_double(double, json::string_view part, json::error_code& error) {
    number_ += part;
    double nearest = 0;
    const char* const end = number_.data() + number_.size();
    const auto read = std::from_chars(number_.data(), end, nearest);
    number_.clear();
    if (read.ec != std::errc()) {
      error = json::error::exponent_overflow;
      return false;
    }
    values_.push_double(nearest);
    return true;
  }
  bool on_bool(bool truth, json::error_code&) {
    values_.push_bool(truth);
    return true;
  }
  bool on_null(json::error_code&) {
    values_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  std::array<unsigned char, 4096> room_;
  json::value_stack values_;
  std::string number_;  ///< The parts of a number that the parser saw in parts.
};

}  // namespace

json::value read_json(std::string_view text, json::error_code& wrong, json::storage_ptr storage) {
  json::basic_parser<Builder> parser(json::parse_options{}, std::move(storage));
  const std::size_t read = parser.write_some(false, text.data(), text.size(), wrong);
  if (!wrong && read != text.size()) wrong = json::error::extra_data;
  if (wrong) return nullptr;
  return parser.handler().release();
}

}  // namespace posse
