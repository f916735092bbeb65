/// The table of the answers that count.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/answers.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "stores/couchbase/codes.h"
#include "stores/couchbase/lookup.h"

namespace posse::couchbase {
namespace {

/// A code and a status that belong together: the server has said it of the request that it was
/// sent. Of each call, what that means; `unknown` where it cannot be said of that call.
struct Row {
  Said said;
  Answer get;
  Answer add;
  Answer cas;
};

constexpr Row refusal(Said said, Answer add, Answer cas) {
  return Row{said, Answer::unavailable, add, cas};
}

/// It was turned away: neither done nor ever will be.
constexpr Row turned_away(int with_code, int with_status) {
  return Row{
      {with_code, with_status}, Answer::unavailable, Answer::unavailable, Answer::unavailable};
}

constexpr std::array rows{
    Row{{code::success, status::success}, Answer::done, Answer::done, Answer::done},
    refusal({code::document_exists, status::exists}, Answer::refused, Answer::refused),
    refusal({code::cas_mismatch, status::exists}, Answer::unknown, Answer::refused),
    Row{{code::document_not_found, status::not_found},
        Answer::empty,
        Answer::unknown,
        Answer::refused},
    refusal({code::value_too_large, status::too_big}, Answer::too_large, Answer::too_large),
    turned_away(code::temporary_failure, status::out_of_memory),
    turned_away(code::temporary_failure, status::busy),
    turned_away(code::temporary_failure, status::temporary_failure),
    turned_away(code::document_locked, status::locked),
    turned_away(code::durability_level_not_available, status::durability_invalid_level),
    turned_away(code::durability_impossible, status::durability_impossible),
    turned_away(code::durable_write_in_progress, status::sync_write_in_progress),
    turned_away(code::durable_write_re_commit_in_progress,
                status::sync_write_re_commit_in_progress),
    turned_away(code::authentication_failure, status::auth_error),
    turned_away(code::authentication_failure, status::no_access),
};

Answer told_by(const Row& row, Call call) {
  switch (call) {
    case Call::get:
      return row.get;
    case Call::add:
      return row.add;
    case Call::cas:
      return row.cas;
    case Call::list:
      break;
  }
  return row.said.code == code::success ? Answer::done : Answer::unavailable;
}

/// What of the URL an operator looks at.
enum class Part : std::uint8_t { none, user, bucket, collection };

struct Words {
  int number;  ///< A code, or a status.
  const char* what;
  Part part = Part::none;
};

/// Under whatever code: the library asks again until its time is up.
constexpr std::array status_words{
    Words{status::unknown_collection, "there is no such collection in the bucket",
          Part::collection},
    Words{status::unknown_scope, "there is no such scope in the bucket", Part::collection},
    Words{status::query_not_allowed, "lists and audits need a user with the role Query Select",
          Part::user},
};

/// What an operator can do about the codes that he may meet.
constexpr std::array code_words{
    Words{code::timeout, "no answer in time"},
    Words{code::request_canceled, "given up"},
    Words{code::invalid_argument, "the library takes a setting for wrong"},
    Words{code::service_not_available,
          "no node runs the service that was asked; lists and audits need the query service"},
    Words{code::internal_server_failure, "the node has failed"},
    Words{code::authentication_failure,
          "the user or the password is wrong, or the user may not read and write the bucket",
          Part::user},
    Words{code::temporary_failure, "the node is busy, or has no memory left"},
    Words{code::bucket_not_found, "there is no such bucket", Part::bucket},
    Words{code::unsupported_operation,
          "no durable writes: the cluster must be Couchbase Server 6.5 or newer, the bucket of "
          "type Couchbase",
          Part::bucket},
    Words{code::index_not_found, "lists and audits need a primary index of the collection",
          Part::collection},
    Words{code::document_locked, "somebody else has locked the document"},
    Words{code::durability_level_not_available,
          "a wrong setting, not a passing fault: the bucket's type has no durable writes",
          Part::bucket},
    Words{code::durability_impossible,
          "too few nodes are up for a durable write; if it stays so, it is a wrong setting: the "
          "bucket must have 1 or 2 replicas, and the cluster more nodes than that",
          Part::bucket},
    Words{code::durable_write_in_progress, "a write of the document is not durable yet"},
    Words{code::durable_write_re_commit_in_progress, "a write of the document is not durable yet"},
    Words{code::planning_failure, "lists and audits need a primary index of the collection",
          Part::collection},
    Words{code::ssl_error,
          "TLS failed; is `ca`, `cert` or `key` something else than certificates and their key?"},
    Words{code::ssl_cantverify, "the node's certificate is not signed by whom `ca` names"},
    Words{code::node_unreachable, "the host is not reached"},
    Words{code::connection_refused, "nobody listens there"},
    Words{code::socket_shutdown, "the connection was closed"},
    Words{code::connection_reset, "the connection was cut"},
    Words{code::network, "the network failed"},
    Words{code::unknown_host, "there is no such host"},
    Words{code::connect_error, "the connection failed"},
    Words{code::protocol_error, "what listens there does not speak Couchbase's protocol"},
};

/// Null if there are none.
const Words* find(std::span<const Words> words, int number) {
  const auto known = std::ranges::find(words, number, &Words::number);
  return known == words.end() ? nullptr : &*known;
}

const Words* words_of(Said said) {
  const Words* const words = find(status_words, said.status);
  return words == nullptr ? find(code_words, said.code) : words;
}

/// As the URL has it, with a mark behind; no secrets.
std::string named(Part part, const CouchbasePlace& place) {
  const std::string bucket = "bucket " + place.bucket;
  switch (part) {
    case Part::none:
      return "";
    case Part::user:
      if (place.user.empty())
        return "certificate " + place.files.cert.string() + ", " + bucket + "; ";
      return "user " + place.user + ", " + bucket + "; ";
    case Part::bucket:
      return bucket + "; ";
    case Part::collection:
      break;
  }
  if (place.scope.empty()) return bucket + "; ";
  return bucket + ", scope " + place.scope + ", collection " + place.collection + "; ";
}

std::string nodes_of(const CouchbasePlace& place) {
  std::string text;
  for (const std::string& node : place.nodes) text += (text.empty() ? "" : ",") + node;
  return text;
}

/// Whoever listens to TLS and hears none, or the other way round, may be silent, or hang up.
std::string port_hint(const CouchbasePlace& place) {
  const auto has_port = [](const std::string& node) {
    return node.find(':') != std::string::npos && !node.ends_with(']');
  };
  if (std::ranges::none_of(place.nodes, has_port)) return "";
  return place.is_secure
             ? "; couchbases:// is TLS: is a port in the URL one without, as 11210 is?"
             : "; couchbase:// is not TLS: is a port in the URL one for TLS, as 11207 is?";
}

/// Names are looked up before anybody is asked.
std::string name_hint(const CouchbasePlace& place) {
  return std::ranges::all_of(place.nodes, is_address) ? "" : "; is a name server slow?";
}

}  // namespace

Answer answer_of(Call call, Said said, Map map) {
  const bool is_write = call == Call::add || call == Call::cas;
  const Answer unlisted = is_write ? Answer::unknown : Answer::unavailable;
  const auto* const row = std::ranges::find(rows, said, &Row::said);
  const Answer answer = row == rows.end() ? unlisted : told_by(*row, call);
  // The second copy of a write that was done meets the first one's result.
  if (is_write && map == Map::changed && answer != Answer::done) return Answer::unknown;
  return answer;
}

bool is_of_a_setting(Said said) {
  constexpr std::array codes{code::invalid_argument,      code::authentication_failure,
                             code::bucket_not_found,      code::unsupported_operation,
                             code::ssl_cantverify,        code::unknown_host,
                             code::durability_impossible, code::durability_level_not_available};
  return std::ranges::find(codes, said.code) != codes.end() ||
         find(status_words, said.status) != nullptr;
}

Error error_of(Said said, const std::string& doing, const CouchbasePlace& place) {
  const Words* const words = words_of(said);
  std::string number = "libcouchbase " + std::to_string(said.code);
  if (said.status != 0) number += ", the node's status " + std::to_string(said.status);
  std::string detail = doing + ": ";
  if (words == nullptr)
    detail += number;
  else
    detail += words->what + (" (" + named(words->part, place)) + number + ")";
  const Errc errc = said.code == code::value_too_large ? Errc::too_large : Errc::unavailable;
  return Error{errc, std::move(detail)};
}

Error cannot_connect(Said said, const CouchbasePlace& place) {
  constexpr std::array of_a_port{code::timeout,          code::ssl_error, code::socket_shutdown,
                                 code::connection_reset, code::network,   code::protocol_error};
  Error error = error_of(said, "cannot connect to Couchbase at " + nodes_of(place), place);
  if (std::ranges::find(of_a_port, said.code) != of_a_port.end()) error.detail += port_hint(place);
  return error;
}

Error not_connected(std::chrono::milliseconds within, const CouchbasePlace& place) {
  return Error{Errc::unavailable, "not asked: no connection to Couchbase at " + nodes_of(place) +
                                      " within " + std::to_string(within.count()) + " ms" +
                                      name_hint(place) + port_hint(place)};
}

}  // namespace posse::couchbase
