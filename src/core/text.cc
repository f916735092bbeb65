/// Numbers and times as text.
// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>

namespace posse {
namespace {

template <class Number>
std::optional<Number> digits(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  return value;
}

/// Milliseconds of ".5", ".25" or ".125"; none for an empty text.
std::optional<unsigned> decimals(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != '.' || text.size() < 2 || text.size() > 4) return {};
  std::string padded(text.substr(1));
  padded.resize(3, '0');
  if (padded.find_first_not_of("0123456789") != std::string::npos) return {};
  return digits<unsigned>(padded);
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
  return digits<std::int64_t>(text);
}

std::string rfc3339(Time time) {
  namespace chrono = std::chrono;
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  std::string text;
  // By hand: each purchase writes three, and printf takes ten times as long.
  const auto add = [&text](std::int64_t number, std::size_t width, char end) {
    const std::string digits = std::to_string(number);
    text.append(width - std::min(width, digits.size()), '0').append(digits) += end;
  };
  add(static_cast<int>(date.year()), 4, '-');
  add(static_cast<unsigned>(date.month()), 2, '-');
  add(static_cast<unsigned>(date.day()), 2, 'T');
  add(clock.hours().count(), 2, ':');
  add(clock.minutes().count(), 2, ':');
  add(clock.seconds().count(), 2, '.');
  add(clock.subseconds().count(), 3, 'Z');
  return text;
}

std::optional<Time> from_rfc3339(std::string_view text) {
  namespace chrono = std::chrono;
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < form.size() + 1 || text.back() != 'Z') return {};
  for (std::size_t at = 0; at < form.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    if (form[at] == 'd' ? !digit : text[at] != form[at]) return {};
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    return *digits<unsigned>(text.substr(at, size));
  };
  const chrono::year_month_day date{chrono::year{static_cast<int>(part(0, 4))},
                                    chrono::month{part(5, 2)}, chrono::day{part(8, 2)}};
  const auto fraction = decimals(text.substr(form.size(), text.size() - form.size() - 1));
  if (!date.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59 || !fraction)
    return {};
  return Time{chrono::sys_days{date}} + chrono::hours{part(11, 2)} + chrono::minutes{part(14, 2)} +
         chrono::seconds{part(17, 2)} + chrono::milliseconds{*fraction};
}

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

}  // namespace posse
