/// What each status of etcd and gRPC means for a write.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stores/etcd/answers.h"

namespace posse::etcd {
namespace {

using enum grpc::StatusCode;

Fate fate(grpc::StatusCode code, const std::string& message) {
  return fate_of(grpc::Status(code, message));
}

TEST(EtcdAnswers, WhatIsTurnedAwayBeforeTheLogIsNotDone) {
  EXPECT_EQ(fate(INVALID_ARGUMENT, "etcdserver: request is too large"), Fate::not_done);
  EXPECT_EQ(fate(UNAVAILABLE, "etcdserver: no leader"), Fate::not_done);
  EXPECT_EQ(fate(UNKNOWN, "etcdserver: too many requests"), Fate::not_done);
  EXPECT_EQ(fate(UNKNOWN, "raft proposal dropped"), Fate::not_done);
  EXPECT_EQ(fate(PERMISSION_DENIED, "etcdserver: permission denied"), Fate::not_done);
  EXPECT_EQ(fate(INVALID_ARGUMENT, "etcdserver: user name is empty"), Fate::not_done);
  EXPECT_EQ(fate(UNAVAILABLE, "failed to connect to all addresses; last error: refused"),
            Fate::not_done);
  EXPECT_EQ(fate(UNAVAILABLE, "empty address list: "), Fate::not_done);
}

TEST(EtcdAnswers, AnOldLoginMayBeRenewed) {
  EXPECT_EQ(fate(UNAUTHENTICATED, "etcdserver: invalid auth token"), Fate::old_token);
  EXPECT_EQ(fate(INVALID_ARGUMENT, "etcdserver: revision of auth store is old"), Fate::old_token);
}

TEST(EtcdAnswers, NoSpaceIsUnknownAsOneOfItsSourcesAppliesFirst) {
  EXPECT_EQ(fate(RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"), Fate::full);
}

TEST(EtcdAnswers, EverythingElseIsUnknown) {
  EXPECT_EQ(fate(DEADLINE_EXCEEDED, "Deadline Exceeded"), Fate::unknown);
  EXPECT_EQ(fate(CANCELLED, "CANCELLED"), Fate::unknown);
  EXPECT_EQ(fate(UNAVAILABLE, "etcdserver: request timed out"), Fate::unknown);
  EXPECT_EQ(fate(UNAVAILABLE, "etcdserver: server stopped"), Fate::unknown);
  EXPECT_EQ(fate(UNAVAILABLE, "etcdserver: leader changed"), Fate::unknown);
  EXPECT_EQ(fate(UNAVAILABLE, "Socket closed"), Fate::unknown);
  EXPECT_EQ(fate(UNAVAILABLE, "Connection reset by peer"), Fate::unknown);
  EXPECT_EQ(fate(UNKNOWN, "context deadline exceeded"), Fate::unknown);
}

/// gRPC makes these codes by itself, from a broken stream or a proxy's answer.
TEST(EtcdAnswers, ACodeAloneProvesNothing) {
  for (int code = 1; code <= 16; ++code) {
    EXPECT_EQ(fate(static_cast<grpc::StatusCode>(code), "Received RST_STREAM with error code 2"),
              Fate::unknown);
  }
  EXPECT_EQ(fate(UNAVAILABLE, "etcdserver: permission denied"), Fate::unknown);
  EXPECT_EQ(fate(RESOURCE_EXHAUSTED, "Received message larger than max (5 vs. 4)"), Fate::unknown);
}

TEST(EtcdAnswers, AnErrorSaysWhatToDo) {
  const Error error =
      error_of(grpc::Status(PERMISSION_DENIED, "etcdserver: permission denied"), "etcd at a:1");
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_EQ(error.detail,
            "etcd at a:1: etcdserver: permission denied; the user's role must allow reading and "
            "writing below the prefix");
  const Error large =
      error_of(grpc::Status(INVALID_ARGUMENT, "etcdserver: request is too large"), "etcd at a:1");
  EXPECT_EQ(large.code, Errc::too_large);
}

}  // namespace
}  // namespace posse::etcd
