/// The table of etcd's and gRPC's answers.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/answers.h"

#include <array>
#include <string_view>

namespace posse::etcd {
namespace {

using enum grpc::StatusCode;

/// A status that means something of its own. `text` is how its message begins.
struct Row {
  grpc::StatusCode code;
  std::string_view text;
  Fate fate;
  Errc errc;
  const char* advice;
};

/// By code and text, as gRPC makes most codes by itself too, from a broken connection. What is not
/// here is `unknown`: among it every deadline, cancelled call and lost connection, and etcd's
/// "request timed out", "server stopped" and "leader changed". Where etcd says these: its
/// api/v3rpc (util.go, key.go, interceptor.go, quota.go), v3_server.go, apply.go and apply_auth.go,
/// 3.4.23, 3.5.33 and 3.6.14. "too many requests" and "proposal dropped" come as code UNKNOWN.
constexpr std::array rows{
    // Of the request, before the log.
    Row{INVALID_ARGUMENT, "etcdserver: request is too large", Fate::not_done, Errc::too_large,
        "etcd's --max-request-bytes is below the usual 1.5 MiB"},
    Row{RESOURCE_EXHAUSTED, "grpc: received message larger than max", Fate::not_done,
        Errc::too_large, "etcd's --max-request-bytes is below the usual 1.5 MiB"},
    Row{INVALID_ARGUMENT, "etcdserver: too many operations in txn request", Fate::not_done,
        Errc::unavailable, "etcd's --max-txn-ops is below the usual 128"},
    Row{INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request", Fate::not_done,
        Errc::unavailable, nullptr},
    Row{INVALID_ARGUMENT, "etcdserver: key is not provided", Fate::not_done, Errc::unavailable,
        nullptr},
    // Of who asks: before the log, or by every member alike when it would be applied.
    Row{UNAUTHENTICATED, "etcdserver: invalid auth token", Fate::old_token, Errc::unavailable,
        nullptr},
    Row{INVALID_ARGUMENT, "etcdserver: revision of auth store is old", Fate::old_token,
        Errc::unavailable, nullptr},
    Row{INVALID_ARGUMENT, "etcdserver: user name is empty", Fate::not_done, Errc::unavailable,
        "etcd wants a user: etcd://USER@HOST:PORT?password_file=FILE"},
    Row{PERMISSION_DENIED, "etcdserver: permission denied", Fate::not_done, Errc::unavailable,
        "the user's role must allow reading and writing below the prefix"},
    Row{INVALID_ARGUMENT, "etcdserver: authentication failed", Fate::not_done, Errc::unavailable,
        "the user or the password is wrong"},
    Row{FAILED_PRECONDITION, "etcdserver: authentication is not enabled", Fate::not_done,
        Errc::unavailable, "the URL names a user, but etcd knows none"},
    // Of the cluster, before the log.
    Row{UNAVAILABLE, "etcdserver: no leader", Fate::not_done, Errc::unavailable,
        "most of the members are down or out of reach"},
    Row{UNKNOWN, "etcdserver: too many requests", Fate::not_done, Errc::unavailable,
        "etcd is behind with its disk"},
    Row{UNKNOWN, "raft proposal dropped", Fate::not_done, Errc::unavailable,
        "the cluster elects a leader"},
    Row{UNAVAILABLE, "etcdserver: not capable", Fate::not_done, Errc::unavailable,
        "the member starts up"},
    Row{FAILED_PRECONDITION, "etcdserver: not capable", Fate::not_done, Errc::unavailable,
        "the member starts up"},
    Row{UNAVAILABLE, "etcdserver: rpc not supported for learner", Fate::not_done, Errc::unavailable,
        "name the voting members only"},
    Row{FAILED_PRECONDITION, "etcdserver: rpc not supported for learner", Fate::not_done,
        Errc::unavailable, "name the voting members only"},
    Row{DATA_LOSS, "etcdserver: corrupt cluster", Fate::not_done, Errc::unavailable,
        "a CORRUPT alarm is on: the members' data differ"},
    // One text for three places, one of which applies it first.
    Row{RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded", Fate::full,
        Errc::unavailable, "the quota is used up: compact, defragment, disarm the alarm"},
    // Of gRPC here, without retries: no connection, so nothing was sent.
    Row{UNAVAILABLE, "failed to connect to all addresses", Fate::not_done, Errc::unavailable,
        nullptr},
    Row{UNAVAILABLE, "empty address list", Fate::not_done, Errc::unavailable,
        "what is in the files of ca, cert or key is wrong, or a key is not that of the "
        "certificate"},
};

const Row* row_of(const grpc::Status& status) {
  for (const Row& row : rows) {
    if (row.code == status.error_code() && status.error_message().starts_with(row.text))
      return &row;
  }
  return nullptr;
}

}  // namespace

Fate fate_of(const grpc::Status& status) {
  const Row* row = row_of(status);
  return row == nullptr ? Fate::unknown : row->fate;
}

Error error_of(const grpc::Status& status, const std::string& doing) {
  const Row* row = row_of(status);
  std::string detail = doing + ": " + status.error_message();
  if (row != nullptr && row->advice != nullptr) detail += "; " + std::string(row->advice);
  return Error{row == nullptr ? Errc::unavailable : row->errc, std::move(detail)};
}

}  // namespace posse::etcd
