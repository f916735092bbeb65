/// The codes of libcouchbase 3.3 and the statuses of Couchbase's protocol that mean something here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace posse::couchbase {

/// Of the library; library_client.cc compares them with its headers.
namespace code {
inline constexpr int success = 0;
inline constexpr int timeout = 201;
inline constexpr int request_canceled = 202;
inline constexpr int invalid_argument = 203;
inline constexpr int service_not_available = 204;
inline constexpr int internal_server_failure = 205;
inline constexpr int authentication_failure = 206;
inline constexpr int temporary_failure = 207;
inline constexpr int cas_mismatch = 209;
inline constexpr int bucket_not_found = 210;
inline constexpr int unsupported_operation = 214;
inline constexpr int index_not_found = 218;
inline constexpr int document_not_found = 301;
inline constexpr int document_locked = 303;
inline constexpr int value_too_large = 304;
inline constexpr int document_exists = 305;
inline constexpr int durability_level_not_available = 307;
inline constexpr int durability_impossible = 308;
inline constexpr int durability_ambiguous = 309;
inline constexpr int durable_write_in_progress = 310;
inline constexpr int durable_write_re_commit_in_progress = 311;
inline constexpr int planning_failure = 401;
inline constexpr int ssl_error = 1002;
inline constexpr int ssl_cantverify = 1003;
inline constexpr int node_unreachable = 1005;
inline constexpr int connection_refused = 1024;
inline constexpr int socket_shutdown = 1025;
inline constexpr int connection_reset = 1026;
inline constexpr int network = 1048;
inline constexpr int unknown_host = 1049;
inline constexpr int protocol_error = 1050;
inline constexpr int connect_error = 1051;
}  // namespace code

/// Of the server; the last ones of its query service.
namespace status {
inline constexpr int success = 0x00;
inline constexpr int not_found = 0x01;
inline constexpr int exists = 0x02;
inline constexpr int too_big = 0x03;
inline constexpr int locked = 0x09;
inline constexpr int auth_error = 0x20;
inline constexpr int no_access = 0x24;
inline constexpr int out_of_memory = 0x82;
inline constexpr int busy = 0x85;
inline constexpr int temporary_failure = 0x86;
inline constexpr int unknown_collection = 0x88;
inline constexpr int unknown_scope = 0x8c;
inline constexpr int durability_invalid_level = 0xa0;
inline constexpr int durability_impossible = 0xa1;
inline constexpr int sync_write_in_progress = 0xa2;
inline constexpr int sync_write_re_commit_in_progress = 0xa4;
inline constexpr int query_not_allowed = 13014;
}  // namespace status

}  // namespace posse::couchbase
