/// The query service's JSON.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/query.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "stores/couchbase/codes.h"
#include "stores/couchbase/connection_string.h"

namespace posse::couchbase {
namespace {

constexpr int http_fine = 200;
constexpr int http_who_are_you = 401;

/// The library's code for an error of the service, as in its own table.
int code_of(std::int64_t number) {
  constexpr std::int64_t timed_out = 1080;
  constexpr std::int64_t no_index = 12004;
  constexpr std::int64_t no_such_index = 12016;
  constexpr std::int64_t kind = 1000;
  constexpr std::int64_t planning = 4;
  constexpr std::int64_t authorization = 10;
  if (number == timed_out) return code::timeout;
  if (number == no_index || number == no_such_index) return code::index_not_found;
  if (number == status::query_not_allowed || number / kind == authorization)
    return code::authentication_failure;
  return number / kind == planning ? code::planning_failure : code::internal_server_failure;
}

bool has_errors(const boost::json::object& answer) {
  const auto* errors = answer.if_contains("errors");
  return errors != nullptr && !(errors->is_array() && errors->get_array().empty());
}

/// The first of the errors in an answer, if it says what it is.
const boost::json::object* error_in(const boost::json::object& answer) {
  const auto* errors = answer.if_contains("errors");
  if (!has_errors(answer) || !errors->is_array()) return nullptr;
  return errors->get_array().front().if_object();
}

/// Its rows, if they are ids, and it says that they are all: rows come before the service knows
/// that, and whoever counts them must not miss one.
const boost::json::array* ids_in(const boost::json::object& answer) {
  const auto* status = answer.if_contains("status");
  const auto* rows = answer.if_contains("results");
  if (status == nullptr || *status != "success" || has_errors(answer)) return nullptr;
  const auto is_text = [](const boost::json::value& row) { return row.is_string(); };
  if (rows == nullptr || !rows->is_array() || !std::ranges::all_of(rows->get_array(), is_text))
    return nullptr;
  return &rows->get_array();
}

Reply failure(const boost::json::object& error) {
  Reply reply{.said = {code::internal_server_failure, 0}};
  const auto* number = error.if_contains("code");
  if (number != nullptr && number->is_int64()) {
    constexpr std::int64_t number_max = 99'999;
    reply.said.code = code_of(number->get_int64());
    if (number->get_int64() > 0 && number->get_int64() <= number_max)
      reply.said.status = static_cast<int>(number->get_int64());
  }
  const auto* words = error.if_contains("msg");
  if (words != nullptr && words->is_string()) reply.words = words->get_string();
  return reply;
}

}  // namespace

std::string query_body(const Order& order) {
  boost::json::object body;
  body["statement"] = order.statement;
  body["args"] = order.parameters;
  // The index waits until it has caught up with what was written before the question.
  body["scan_consistency"] = "request_plus";
  body["readonly"] = true;
  body["timeout"] = std::to_string(operation_limit.count()) + "ms";
  return boost::json::serialize(body);
}

Reply query_reply(int http_status, std::string_view body) {
  boost::system::error_code wrong;
  const auto parsed = boost::json::parse(body, wrong);
  const auto* answer = wrong ? nullptr : parsed.if_object();
  if (answer != nullptr) {
    if (const auto* error = error_in(*answer)) return failure(*error);
  }
  const auto* ids = answer == nullptr ? nullptr : ids_in(*answer);
  if (http_status == http_who_are_you)
    return Reply{.said = {code::authentication_failure, http_status}};
  if (http_status != http_fine || ids == nullptr)
    return Reply{.said = {code::internal_server_failure, http_status}};
  Reply reply;
  for (const auto& id : *ids) reply.rows.emplace_back(id.get_string());
  return reply;
}

}  // namespace posse::couchbase
