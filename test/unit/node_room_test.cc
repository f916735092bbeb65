/// How many connections and streams there may be.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "node/room.h"

namespace posse {
namespace {

ServerLimits limits() {
  ServerLimits limits;
  limits.connections = 5;
  limits.connections_of_a_peer = 2;
  limits.streams = 1;
  return limits;
}

TEST(Room, HasABoundForEachPeerButNotForAProxy) {
  Room room(limits());
  EXPECT_TRUE(room.enter("10.0.0.1", false));
  EXPECT_TRUE(room.enter("10.0.0.1", false));
  EXPECT_FALSE(room.enter("10.0.0.1", false));
  EXPECT_TRUE(room.enter("10.0.0.2", false));
  EXPECT_TRUE(room.enter("10.0.0.1", true));
  room.leave("10.0.0.2");
  EXPECT_TRUE(room.enter("10.0.0.2", false));
}

TEST(Room, HasABoundForAllTogether) {
  Room room(limits());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(room.enter("10.0.0.1", true));
  EXPECT_FALSE(room.enter("10.0.0.2", false));
  EXPECT_FALSE(room.enter("10.0.0.1", true));
  room.leave("10.0.0.1");
  EXPECT_TRUE(room.enter("10.0.0.2", false));
}

TEST(Room, HasABoundForStreams) {
  Room room(limits());
  EXPECT_TRUE(room.open_stream());
  EXPECT_FALSE(room.open_stream());
  room.close_stream();
  EXPECT_TRUE(room.open_stream());
}

}  // namespace
}  // namespace posse
