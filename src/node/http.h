/// Requests and responses as the routes see them: plain values, without the server's library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "posse/task.h"

namespace posse {

/// Bounds of one request. What is larger is refused with 413, 414 or 431.
inline constexpr std::size_t body_bytes_max = 16UL * 1024;
inline constexpr std::size_t head_bytes_max = 16UL * 1024;
inline constexpr std::size_t target_bytes_max = 2048;
inline constexpr std::size_t head_fields_max = 64;

struct Request {
  std::string method;
  std::string path;                               ///< Without the query; never decoded.
  std::multimap<std::string, std::string> query;  ///< Decoded, as often as it is there.
  std::map<std::string, std::string> fields;      ///< Of the head; names in lower case.
  std::map<std::string, std::string> parts;       ///< What the route's {names} stand for.
  std::string body;
  std::string peer;  ///< The address it came from.

  /// Empty if there is none.
  std::string_view field(const std::string& name) const;
};

/// Where a response goes that never ends by itself.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// False once nobody reads any more; then the stream shall end.
  virtual Task<bool> write(std::string bytes) = 0;
};

struct Response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  /// Writes the body piece by piece, for as long as it runs. `body` is empty then.
  std::function<Task<void>(EventSink*)> stream;

  /// Gives the field `name`, spelt as before, this value and no other.
  void set(const std::string& name, std::string value);
};

using Handler = std::function<Task<Response>(Request)>;

Response json_response(unsigned status, const boost::json::object& body);

/// An error as RFC 9457 wants it: `status`, a stable `code`, and one sentence for people. `more`
/// are further members.
Response problem(unsigned status, std::string_view code, std::string_view detail,
                 const boost::json::object& more = {});

/// The words that go with a status (RFC 9110).
std::string_view reason_of(unsigned status);

/// Whether `tags`, an If-None-Match (RFC 9110), names the tag `tag` or any.
bool has_tag(std::string_view tags, std::string_view tag);

/// Whether both are the same but for upper and lower case; ASCII.
bool same_token(std::string_view one, std::string_view other);

/// Whether `text` is a host with or without a port (RFC 9112, 3.2); empty where there is none.
bool is_authority(std::string_view text);

/// Splits a target into path and query; one in absolute form also says the Host. What is wrong with
/// it, if anything is: both must be ASCII, and UTF-8 once their percent encoding is undone.
std::optional<std::string> split_target(std::string_view target, Request& request);

}  // namespace posse
