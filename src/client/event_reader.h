/// Server-sent events, read from bytes as they come (WHATWG HTML, section 9.2.6).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace posse {

struct ServerEvent {
  std::string type;  ///< `message` if the stream names none.
  std::string id;    ///< The last that the stream has named, with this event or before.
  std::string data;
};

/// One event's bytes; a stream that sends more is no node's.
inline constexpr std::size_t event_bytes_max = 1024UL * 1024;

/// Reads one stream from its first byte on.
class EventReader {
 public:
  /// The events that `bytes` completes. False once an event is too large; then nothing comes any
  /// more.
  bool read(std::string_view bytes, std::vector<ServerEvent>& events);

  /// How long to wait before coming back, if the stream has said it.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void end_line(std::vector<ServerEvent>& events);
  void take_field(std::string_view name, std::string_view value);

  std::string line_;
  std::string type_;
  std::string id_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;  // a line feed now belongs to the line before
  bool first_line_ = true;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace posse
