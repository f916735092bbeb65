/// Logging by spdlog; nothing else in the tree sees its types.
// SPDX-License-Identifier: Apache-2.0
#include "node/log.h"

#include <algorithm>
#include <array>
#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>
#include <utility>

#include "core/text.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> format_names{"text", "json"};

template <class Named, std::size_t Count>
std::optional<Named> named(const std::array<std::string_view, Count>& names,
                           std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return {};
  return static_cast<Named>(found - names.begin());
}

/// Not in need of quotes.
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
  });
}

std::string word(const json::value& value) {
  const json::string* text = value.if_string();
  return text != nullptr && is_word(*text) ? std::string(*text) : json::serialize(value);
}

/// Standard error. Whoever reads it may have stopped reading: then lines are lost after a second's
/// wait, the next ones at once, and the node still ends when it is asked to.
class StandardError final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    stuck_ = ::poll(&out, 1, stuck_ ? 0 : 1000) == 0;
    if (stuck_) return;
    std::string line(message.payload.data(), message.payload.size());
    line += '\n';
    (void)!::write(STDERR_FILENO, line.data(), line.size());
  }
  void flush_() override {}

 private:
  bool stuck_ = false;
};

std::string_view name_of(LogLevel level) {
  return level_names.at(static_cast<std::size_t>(level));
}

}  // namespace

struct Log::Sink {
  std::shared_ptr<spdlog::details::thread_pool> thread =
      std::make_shared<spdlog::details::thread_pool>(log_lines_waiting_max, 1);
  std::shared_ptr<spdlog::async_logger> logger =
      std::make_shared<spdlog::async_logger>("posse", std::make_shared<StandardError>(), thread,
                                             spdlog::async_overflow_policy::overrun_oldest);
};

Log::Log(LogOptions options) : options_(options), sink_(std::make_unique<Sink>()) {
  sink_->logger->set_error_handler([](const std::string& /*error*/) {});  // nowhere to tell it
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view what, const json::object& fields) {
  if (!writes(level)) return;
  const Time now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  auto kind = kinds_.find(what);
  if (kind == kinds_.end()) kind = kinds_.emplace(what, Kind{}).first;
  Kind& seen = kind->second;
  if (seen.second != second) {
    seen.second = second;
    seen.lines = 0;
  }
  if (seen.lines >= log_lines_of_a_kind_max) {
    ++seen.left_out;
    return;
  }
  ++seen.lines;
  json::object all = fields;
  if (seen.left_out > 0) all["left_out"] = std::exchange(seen.left_out, 0);
  sink_->logger->info(
      "{}", to_text({.time = now, .level = level, .what = what, .fields = all}, options_.format));
}

std::string to_text(const LogLine& line, LogFormat format) {
  const std::string time = rfc3339(line.time);
  if (format == LogFormat::json) {
    json::object all{{"time", time}, {"level", name_of(line.level)}, {"what", line.what}};
    for (const auto& [name, value] : line.fields) all[name] = value;
    return json::serialize(all);
  }
  std::string text = time + ' ' + std::string(name_of(line.level)) + ' ' + std::string(line.what);
  for (const auto& [name, value] : line.fields) text += ' ' + std::string(name) + '=' + word(value);
  return text;
}

std::optional<LogLevel> log_level(std::string_view name) {
  return named<LogLevel>(level_names, name);
}

std::optional<LogFormat> log_format(std::string_view name) {
  return named<LogFormat>(format_names, name);
}

}  // namespace posse
