/// The small types that every part of Posse shares: keys, versions, numbers, money, time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace posse {

/// The name of a document in the store: 1 to 250 bytes, ordered by bytes.
class Key {
 public:
  Key() = default;
  explicit Key(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }

  friend auto operator<=>(const Key&, const Key&) = default;

 private:
  std::string text_;
};

/// The value of a document, opaque to the store.
using Bytes = std::string;

/// A store's token for one state of one document; never repeats for a key, and has no order.
enum class Version : std::uint64_t {};

/// A document as it was read.
struct Document {
  Version version{};
  Bytes value;
};

/// Position of an entry in its sequence, from 1; 0 is the place before the first.
enum class EntryNumber : std::uint64_t {};

/// Number of an operation in its sequence, from 1, without gaps over all entries.
enum class Slot : std::uint64_t {};

/// Money in minor units. Never negative where a person owns it.
enum class Cents : std::int64_t {};

/// Wall time in milliseconds. Safety never depends on it.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Time since some fixed moment of this process; never goes back.
using Steady = std::chrono::milliseconds;

constexpr std::uint64_t number(EntryNumber entry) {
  return static_cast<std::uint64_t>(entry);
}
constexpr std::uint64_t number(Slot slot) {
  return static_cast<std::uint64_t>(slot);
}
constexpr std::int64_t number(Cents cents) {
  return static_cast<std::int64_t>(cents);
}
constexpr std::int64_t number(Time time) {
  return time.time_since_epoch().count();
}

constexpr EntryNumber operator+(EntryNumber entry, std::uint64_t more) {
  return EntryNumber{number(entry) + more};
}
constexpr Slot operator+(Slot slot, std::uint64_t more) {
  return Slot{number(slot) + more};
}

}  // namespace posse
