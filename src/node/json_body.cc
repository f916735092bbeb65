/// Strict JSON: no name twice, numbers whole and within 64 bits.
// SPDX-License-Identifier: Apache-2.0
#include "node/json_body.h"

#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace posse {
namespace json = boost::json;
namespace {

/// Hears what the parser sees, and objects to what a value would hide: of two equal names the
/// last would win, and a number beyond 64 bits would become another one.
class Strictness {
 public:
  static constexpr std::size_t max_object_size = 64;
  static constexpr std::size_t max_array_size = 64;
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = body_bytes_max;

  const std::string& wrong() const { return wrong_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    names_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_ += part;
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    name_ += part;
    const bool is_new = names_.back().insert(name_).second;
    if (!is_new) return object_to(name_ + " must be there once", error);
    name_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& error) {
    return object_to("numbers must be at most 9223372036854775807", error);
  }
  bool on_double(double, json::string_view, json::error_code& error) {
    return object_to("numbers must be whole, without point or exponent, and within 64 bits", error);
  }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool object_to(std::string what, json::error_code& error) {
    wrong_ = std::move(what);
    error = json::make_error_code(json::error::syntax);
    return false;
  }

  std::vector<std::set<std::string>> names_;
  std::string name_;
  std::string wrong_;
};

/// Empty if `text` is JSON as we want it.
std::string objection_to(const std::string& text) {
  json::parse_options options;
  options.max_depth = body_depth_max;
  json::basic_parser<Strictness> parser(options);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().wrong().empty()) return parser.handler().wrong();
  if (error == json::error::too_deep) {
    return "the body must nest at most " + std::to_string(body_depth_max) + " levels deep";
  }
  if (error == json::error::key_too_large) {
    return "a field's name must be at most " + std::to_string(Strictness::max_key_size) + " bytes";
  }
  if (error == json::error::object_too_large || error == json::error::array_too_large) {
    return "an object or array of the body must have at most " +
           std::to_string(Strictness::max_object_size) + " items";
  }
  if (error) return "the body must be JSON (" + error.message() + ")";
  if (read != text.size()) return "the body must be one JSON object and nothing after it";
  return {};
}

Response bad_request(std::string_view detail) {
  return problem(400, "bad_request", detail);
}

bool is_json(std::string_view type) {
  std::string_view essence = type.substr(0, type.find(';'));
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  return same_token(essence, "application/json");
}

}  // namespace

std::optional<Response> read_body(const Request& request,
                                  const std::function<void(Fields&)>& read) {
  // Also keeps forms of other sites out: a browser asks before it sends this type elsewhere.
  if (!is_json(request.field("content-type"))) {
    return problem(415, "unsupported_media_type", "Content-Type must be application/json");
  }
  const std::string_view coding = request.field("content-encoding");
  if (!coding.empty() && !same_token(coding, "identity")) {
    return problem(415, "unsupported_media_type", "Content-Encoding must be left out");
  }
  if (const auto objection = objection_to(request.body); !objection.empty()) {
    return bad_request(objection);
  }
  const json::value value = json::parse(request.body);
  if (!value.is_object()) return bad_request("the body must be a JSON object");
  Fields fields(value, "the body");
  read(fields);
  if (const auto wrong = fields.finish()) return bad_request(wrong->detail);
  return {};
}

}  // namespace posse
