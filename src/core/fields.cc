/// The field reader.
// SPDX-License-Identifier: Apache-2.0
#include "core/fields.h"

#include <algorithm>

#include "core/json_reader.h"

namespace posse {
namespace json = boost::json;
namespace {

const json::object empty_object;
const json::array empty_array;

}  // namespace

Fields::Fields(const json::value& value, std::string_view what)
    : object_(value.if_object()), what_(what) {
  if (object_ != nullptr) return;
  object_ = &empty_object;
  wrong_ = Error{Errc::unreadable, what_ + ": is no JSON object"};
}

Fields::Fields(const json::object& object, std::string_view what) : object_(&object), what_(what) {}

void Fields::refuse(std::string_view name, std::string_view why) {
  if (wrong_) return;
  wrong_ = Error{Errc::unreadable, what_ + ": `" + std::string(name) + "` " + std::string(why)};
}

const json::value* Fields::take(std::string_view name) {
  const json::value* value = object_->if_contains(name);
  if (value == nullptr) refuse(name, "is missing");
  if (taken_ < names_.size()) names_.at(taken_) = name;
  ++taken_;
  return value;
}

std::int64_t Fields::integer(std::string_view name, Range range) {
  const json::value* value = take(name);
  if (value == nullptr) return range.least;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number >= range.least && *number <= range.most) return *number;
  refuse(name, "must be a whole number from " + std::to_string(range.least) + " to " +
                   std::to_string(range.most));
  return range.least;
}

std::uint64_t Fields::count(std::string_view name) {
  return static_cast<std::uint64_t>(integer(name));
}

std::string_view Fields::text(std::string_view name, std::size_t bytes_max) {
  const json::value* value = take(name);
  if (value == nullptr) return {};
  const json::string* text = value->if_string();
  if (text != nullptr && text->size() <= bytes_max) return *text;
  refuse(name, "must be text of at most " + std::to_string(bytes_max) + " bytes");
  return {};
}

const json::object& Fields::object(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return empty_object;
  if (const json::object* object = value->if_object()) return *object;
  refuse(name, "must be an object");
  return empty_object;
}

const json::array& Fields::array(std::string_view name, std::size_t items_max) {
  const json::value* value = take(name);
  if (value == nullptr) return empty_array;
  const json::array* array = value->if_array();
  if (array != nullptr && array->size() <= items_max) return *array;
  refuse(name, "must be a list of at most " + std::to_string(items_max) + " items");
  return empty_array;
}

bool Fields::null(std::string_view name) {
  const auto* value = object_->if_contains(name);
  if (value == nullptr || !value->is_null()) return false;
  (void)take(name);
  return true;
}

void Fields::format(std::int64_t version) {
  const json::value* value = take("v");
  if (value == nullptr) return;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number == version) return;
  const bool newer = number != nullptr && *number > version;
  refuse("v", newer ? "is a newer format than this program reads; it is left alone"
                    : "must be " + std::to_string(version));
}

std::optional<Error> Fields::finish() {
  if (wrong_ || taken_ == object_->size()) return wrong_;
  for (const auto& [name, value] : *object_) {
    const bool known = std::find(names_.begin(), names_.end(), name) != names_.end();
    if (!known) refuse(name, "is a field this program does not know");
  }
  refuse("", "has fields this program does not know");
  return wrong_;
}

std::optional<std::int64_t> number_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return {};
  return value->as_int64();
}

std::optional<std::string_view> text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string_view(value->as_string());
}

Result<json::value> parse_json(std::string_view bytes, std::string_view what, JsonMemory& memory) {
  json::error_code wrong;
  json::value value = read_json(bytes, wrong, memory.storage());
  if (!wrong) return value;
  return Error{Errc::unreadable, std::string(what) + ": is no JSON (" + wrong.message() + ")"};
}

}  // namespace posse
