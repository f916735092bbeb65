/// Reading addresses and event streams.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "client/event_reader.h"
#include "client/node_address.h"
#include "client/node_client.h"

namespace posse {
namespace {

std::vector<ServerEvent> read_all(EventReader& reader, std::string_view bytes) {
  std::vector<ServerEvent> events;
  EXPECT_TRUE(reader.read(bytes, events));
  return events;
}

TEST(NodeAddress, IsReadWithItsPort) {
  const auto nodes =
      read_node_addresses("http://shop.example:8080/,http://[::1]:81,http://10.0.0.1");
  ASSERT_TRUE(nodes);
  ASSERT_EQ(nodes->size(), 3U);
  EXPECT_EQ((*nodes)[0].host, "shop.example");
  EXPECT_EQ((*nodes)[0].port, "8080");
  EXPECT_EQ((*nodes)[0].url, "http://shop.example:8080");
  EXPECT_EQ((*nodes)[1].host, "::1");
  EXPECT_EQ((*nodes)[1].port, "81");
  EXPECT_EQ((*nodes)[2].host, "10.0.0.1");
  EXPECT_EQ((*nodes)[2].port, "80");
}

TEST(NodeAddress, IsNothingElse) {
  for (const char* text :
       {"", ",", "shop:80", "https://shop", "http://", "http://:80",
        "http://shop:", "http://shop:0", "http://shop:65536", "http://shop:+1", "http://a@shop",
        "http://shop/v1", "http://[::1", "http://[]:1", "http://[::1]80", "http://shop:80,",
        "http://sh op", "http://shop\r\n:80"}) {
    EXPECT_FALSE(read_node_addresses(text)) << text;
  }
}

TEST(NodeAddress, ThereAreAtMost64) {
  std::string list = "http://a";
  for (int i = 1; i < 64; ++i) list += ",http://a";
  EXPECT_TRUE(read_node_addresses(list));
  EXPECT_FALSE(read_node_addresses(list + ",http://a"));
}

TEST(EventReader, ReadsWhatTheStandardShows) {
  EventReader reader;
  const auto events = read_all(reader,
                               "retry: 250\n\n: alive\n\nevent: campaign\nid: 7\n"
                               "data: one\ndata:two\n\ndata\n\nid\ndata: x\n\n");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].type, "campaign");
  EXPECT_EQ(events[0].id, "7");
  EXPECT_EQ(events[0].data, "one\ntwo");
  EXPECT_EQ(events[1].type, "message");
  EXPECT_EQ(events[1].id, "7");  // stays until another is named
  EXPECT_EQ(events[1].data, "");
  EXPECT_EQ(events[2].id, "");
  EXPECT_EQ(reader.retry(), std::chrono::milliseconds(250));
}

TEST(EventReader, IgnoresWhatItMust) {
  EventReader reader;
  const auto events = read_all(reader,
                               "\xEF\xBB\xBF"
                               "data: a\nid: 1" +
                                   std::string(1, '\0') +
                                   "\nretry: 1s\nretry: -5\nretry: 99999999\nother: b\n\n"
                                   "id: 9\nevent: lost\n\ndata: c\n\ndata: cut off");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].data, "a");
  EXPECT_EQ(events[0].id, "");
  EXPECT_EQ(events[1].data, "c");
  EXPECT_EQ(events[1].type, "message");
  EXPECT_EQ(events[1].id, "9");
  EXPECT_FALSE(reader.retry());
}

RC_GTEST_PROP(EventReader, DoesNotMindHowItIsCut, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "data: a", "data: b", "", "", "event: e", "id: 1", ": c", "nothing"));
  std::string whole;
  for (const auto& line : lines) whole += line + *rc::gen::element<std::string>("\n", "\r", "\r\n");
  EventReader at_once;
  const auto expected = read_all(at_once, whole);
  EventReader bytewise;
  std::vector<ServerEvent> events;
  for (const char byte : whole) {
    for (auto& event : read_all(bytewise, {&byte, 1})) events.push_back(std::move(event));
  }
  RC_ASSERT(events.size() == expected.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    RC_ASSERT(events[i].data == expected[i].data);
    RC_ASSERT(events[i].type == expected[i].type);
    RC_ASSERT(events[i].id == expected[i].id);
  }
}

TEST(EventReader, EndsWhatHasNoEnd) {
  EventReader reader;
  std::vector<ServerEvent> events;
  const std::string much = "data: " + std::string(event_bytes_max, 'x');
  EXPECT_FALSE(reader.read(much, events));
  EXPECT_TRUE(events.empty());
}

TEST(PercentEncoded, LeavesWhatIsUnreserved) {
  EXPECT_EQ(percent_encoded("a-Z_0.9~"), "a-Z_0.9~");
  EXPECT_EQ(percent_encoded("a/b c?&\xC3\xA4"), "a%2Fb%20c%3F%26%C3%A4");
}

}  // namespace
}  // namespace posse
