/// Reading server-sent events.
// SPDX-License-Identifier: Apache-2.0
#include "client/event_reader.h"

#include <utility>

#include "core/text.h"

namespace posse {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::int64_t retry_ms_max = 60'000;
constexpr std::size_t id_bytes_max = 256;  // it goes back in a header field

}  // namespace

bool EventReader::read(std::string_view bytes, std::vector<ServerEvent>& events) {
  for (const char byte : bytes) {
    const bool second_half = std::exchange(after_return_, byte == '\r') && byte == '\n';
    if (second_half) continue;
    if (byte == '\r' || byte == '\n') {
      end_line(events);
      continue;
    }
    if (line_.size() + data_.size() >= event_bytes_max) return false;
    line_ += byte;
  }
  return true;
}

void EventReader::end_line(std::vector<ServerEvent>& events) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with(byte_order_mark)) {
    line.remove_prefix(byte_order_mark.size());
  }
  if (line.empty()) {
    if (has_data_) {
      events.push_back({.type = type_.empty() ? "message" : type_, .id = id_, .data = data_});
    }
    type_.clear();
    data_.clear();
    has_data_ = false;
  } else {
    const std::size_t colon = line.find(':');
    std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

/// A comment is a field without a name; what is unknown is passed over.
void EventReader::take_field(std::string_view name, std::string_view value) {
  if (name == "event") type_ = value;
  const bool is_id = name == "id" && value.size() <= id_bytes_max;
  if (is_id && value.find('\0') == value.npos) id_ = value;
  if (name == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  }
  if (name == "retry" && !value.starts_with('-')) {
    const auto pause = whole_number(value);
    if (pause && *pause <= retry_ms_max) retry_ = std::chrono::milliseconds{*pause};
  }
}

}  // namespace posse
