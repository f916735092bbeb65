/// Tests of the JSON writer.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/json_writer.h"

namespace posse {
namespace {

namespace json = boost::json;

std::string written(const json::object& object) {
  JsonWriter out;
  out.value(object);
  return out.take();
}

std::string written(const std::string& text) {
  JsonWriter out;
  out.value(text);
  return out.take();
}

TEST(JsonWriter, WritesInTheOrderOfTheCalls) {
  JsonWriter out;
  out.begin_object();
  out.field("z", 1);
  out.field("a", "text");
  out.name("list");
  out.begin_array();
  out.value(std::uint64_t{UINT64_MAX});
  out.value(std::int64_t{INT64_MIN});
  out.begin_array();
  out.end_array();
  out.begin_object();
  out.end_object();
  out.end_array();
  out.field("inner", json::object{{"b", true}, {"a", nullptr}});
  out.end_object();
  EXPECT_EQ(out.take(), R"({"z":1,"a":"text","list":[18446744073709551615,-9223372036854775808,)"
                        R"([],{}],"inner":{"b":true,"a":null}})");
}

TEST(JsonWriter, EscapesWhatJsonCannotHold) {
  EXPECT_EQ(written(std::string("\"")), R"("\"")");
  EXPECT_EQ(written(std::string("\\")), R"("\\")");
  EXPECT_EQ(written(std::string("a\nb\tc")), R"("a\nb\tc")");
  EXPECT_EQ(written(std::string("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(written(std::string("für 5 €")), R"("für 5 €")");
  EXPECT_EQ(written(std::string()), R"("")");
  EXPECT_EQ(written({{"a\"b\n", "c\\"}}), R"({"a\"b\n":"c\\"})");
}

TEST(JsonWriter, EscapesNamesToo) {  // a hold is written under the name an application gave
  JsonWriter out;
  out.begin_object();
  out.field(std::string("a\"b"), 1);
  out.end_object();
  EXPECT_EQ(out.take(), R"({"a\"b":1})");
}

TEST(JsonWriter, WritesNestedValuesOfEveryKind) {
  const json::object object{{"list", {1, "two", {{"three", 3.5}}}},
                            {"inner", {{"deep", {{"deeper", json::array{}}}}}},
                            {"yes", true},
                            {"nothing", nullptr},
                            {"half", 0.5}};
  EXPECT_EQ(json::parse(written(object)), json::value(object));
}

/// Any text that is UTF-8, with what needs escaping in it more often than by chance.
rc::Gen<std::string> some_text() {
  const auto piece = rc::gen::element<std::string>("a", "Z", "0", " ", "/", "\"", "\\", "\n", "\t",
                                                   std::string(1, '\0'), "\x01", "\x1f", "\x7f",
                                                   "ü", "€", "😀", "{", "}", "[", ",", ":");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string text;
    for (const auto& one : pieces) text += one;
    return text;
  });
}

json::value some_value(int depth);

json::object some_object(int depth) {
  json::object object;
  const int fields = *rc::gen::inRange(0, 5);
  for (int n = 0; n < fields; ++n) object[*some_text()] = some_value(depth);
  return object;
}

json::value some_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return *rc::gen::arbitrary<std::uint64_t>();
    case 4:
      return *rc::gen::arbitrary<std::int32_t>() / 8.0;
    case 5:
      return json::string(*some_text());
    case 6:
      return some_object(depth - 1);
    default:
      break;
  }
  json::array list;
  const int items = *rc::gen::inRange(0, 4);
  for (int n = 0; n < items; ++n) list.push_back(some_value(depth - 1));
  return list;
}

/// The dumb twin is Boost's own reader.
RC_GTEST_PROP(JsonWriterProperty, WritesWhatBoostReadsBack, ()) {
  const json::object object = some_object(3);
  RC_ASSERT(json::parse(written(object)) == json::value(object));
}

RC_GTEST_PROP(JsonWriterProperty, WritesTextAsBoostDoes, ()) {
  const std::string text = *some_text();
  RC_ASSERT(written(text) == json::serialize(json::string(text)));
}

RC_GTEST_PROP(JsonWriterProperty, WritesAsManyBytesAsItSays, ()) {
  const json::object object = some_object(3);
  RC_ASSERT(written(object).size() == json_size(object));
  const std::string text = *some_text();
  RC_ASSERT(written(text).size() == json_size(text));
}

}  // namespace
}  // namespace posse
