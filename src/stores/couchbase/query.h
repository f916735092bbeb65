/// Asking the query service over HTTP: what is sent, and what its answers mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "stores/couchbase/client.h"

namespace posse::couchbase {

/// The body of a request that carries out `order`, which is a `list`.
std::string query_body(const Order& order);

/// What the service has said: its rows, all of them text, or what went wrong: the library's code
/// for it, and as status the number that the service gives it, or else HTTP's.
Reply query_reply(int http_status, std::string_view body);

}  // namespace posse::couchbase
