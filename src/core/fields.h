/// Reading JSON documents field by field, strictly, with errors that name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "posse/result.h"
#include "posse/types.h"

namespace posse {

/// What a number may be, both ends included.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = INT64_MAX;
};

/// Reads the fields of one JSON object. The first thing that is wrong is kept and later reads give
/// empty values, so a reader lists its fields and asks once, with finish(). Lives shorter than
/// the object it reads.
class Fields {
 public:
  /// `what` names the document in errors, e.g. "entry campaign/a/entry/1".
  Fields(const boost::json::value& value, std::string_view what);
  Fields(const boost::json::object& object, std::string_view what);

  std::int64_t integer(std::string_view name, Range range = {});
  std::uint64_t count(std::string_view name);
  std::string_view text(std::string_view name, std::size_t bytes_max);
  const boost::json::object& object(std::string_view name);
  const boost::json::array& array(std::string_view name, std::size_t items_max);
  bool has(std::string_view name) const { return object_->contains(name); }

  /// Whether the field is there and is null; then it is read with that.
  bool null(std::string_view name);

  /// The document's format must be `version`; a newer one is none of our business.
  void format(std::int64_t version);

  /// Says that a value read above is not what it must be.
  void refuse(std::string_view name, std::string_view why);

  /// Empty if every field was there, within its bounds, and none besides.
  /// Errors: `unreadable`, naming the field and the bound.
  std::optional<Error> finish();

 private:
  const boost::json::value* take(std::string_view name);

  const boost::json::object* object_;
  std::string what_;
  std::array<std::string_view, 16> names_{};  ///< Of the first fields that were asked for.
  std::size_t taken_ = 0;
  std::optional<Error> wrong_;
};

/// A field of an object whose shape nobody has checked: empty if it is missing or of another type.
std::optional<std::int64_t> number_in(const boost::json::object& object, std::string_view name);
std::optional<std::string_view> text_in(const boost::json::object& object, std::string_view name);

/// Gives the field of `object` this value, where it stands or behind the others. What operator[] of
/// Boost 1.81 does besides: it makes room even for a field that is there, and moves every other
/// one.
template <class Value>
void put(boost::json::object& object, std::string_view name, const Value& value) {
  if (auto* there = object.if_contains(name))
    *there = value;
  else
    object.emplace(name, value);
}

/// Memory for reading one document, taken from the stack and given back at once.
class JsonMemory {
 public:
  JsonMemory() : resource_(buffer_.data(), buffer_.size()) {}
  boost::json::storage_ptr storage() { return &resource_; }

 private:
  std::array<unsigned char, 8192> buffer_;
  boost::json::monotonic_resource resource_;
};

/// Parses a document's bytes into `memory`, which outlives the value.
/// Errors: `unreadable` if they are no JSON.
Result<boost::json::value> parse_json(std::string_view bytes, std::string_view what,
                                      JsonMemory& memory);

}  // namespace posse
