/// What a node tells those who run it, a line each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "posse/types.h"

namespace posse {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

struct LogOptions {
  LogLevel least = LogLevel::info;  ///< What is below it is not written.
  LogFormat format = LogFormat::text;
};

struct LogLine {
  Time time;
  LogLevel level;
  std::string_view what;
  const boost::json::object& fields;
};

/// Lines of one kind in one second; the others are counted and told with the next one.
inline constexpr int log_lines_of_a_kind_max = 20;

/// Lines that wait to be written; the oldest give way, so that a full disk stops no sale.
inline constexpr std::size_t log_lines_waiting_max = 8192;

/// Writes to standard error on a thread of its own; nobody waits for it. Called from one thread.
/// A line cannot be forged: what comes from outside is written as JSON strings.
class Log {
 public:
  explicit Log(LogOptions options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Writes what waits.
  ~Log();

  bool writes(LogLevel level) const { return level >= options_.least; }

  /// `what` is a phrase of this program, the same for every line of its kind.
  void write(LogLevel level, std::string_view what, const boost::json::object& fields);

 private:
  struct Kind {
    std::chrono::seconds second{};
    int lines = 0;
    std::int64_t left_out = 0;
  };
  struct Sink;

  LogOptions options_;
  std::map<std::string, Kind, std::less<>> kinds_;
  std::unique_ptr<Sink> sink_;
};

/// The line, without its end.
/// As text: `TIME level what name=value …`, where a value that is no plain word is a JSON string.
/// As JSON: an object with `time`, `level`, `what` and the fields.
std::string to_text(const LogLine& line, LogFormat format);

/// The level or format of this name; empty if there is none.
std::optional<LogLevel> log_level(std::string_view name);
std::optional<LogFormat> log_format(std::string_view name);

}  // namespace posse
