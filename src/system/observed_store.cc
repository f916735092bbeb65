/// Counting on the way.
// SPDX-License-Identifier: Apache-2.0
#include "system/observed_store.h"

#include <utility>

namespace posse {
namespace {

using StopClock = std::chrono::steady_clock;

StoreAnswer answer_of(const Result<Written>& written) {
  if (!written) return StoreAnswer::error;
  switch (written->answer) {
    case Write::done:
      return StoreAnswer::done;
    case Write::refused:
      return StoreAnswer::refused;
    case Write::unknown:
      return StoreAnswer::unknown;
  }
  return StoreAnswer::error;
}

}  // namespace

Task<Result<std::optional<Document>>> ObservedStore::get(Key key) {
  auto call = store_.get(std::move(key));
  return observer_ == nullptr ? std::move(call) : observed(std::move(call));
}

Task<Result<Written>> ObservedStore::add(Key key, Bytes value) {
  auto call = store_.add(std::move(key), std::move(value));
  return observer_ == nullptr ? std::move(call) : observed(StoreCall::add, std::move(call));
}

Task<Result<Written>> ObservedStore::cas(Key key, Version version, Bytes value) {
  auto call = store_.cas(std::move(key), version, std::move(value));
  return observer_ == nullptr ? std::move(call) : observed(StoreCall::cas, std::move(call));
}

Task<Result<std::optional<Document>>> ObservedStore::observed(
    Task<Result<std::optional<Document>>> call) {
  StoreObserver* observer = observer_;
  const auto began = StopClock::now();
  auto read = co_await std::move(call);
  const StoreAnswer answer = read ? StoreAnswer::done : StoreAnswer::error;
  observer->called(StoreCall::get, answer, StopClock::now() - began);
  co_return read;
}

Task<Result<Written>> ObservedStore::observed(StoreCall kind, Task<Result<Written>> call) {
  StoreObserver* observer = observer_;
  const auto began = StopClock::now();
  auto written = co_await std::move(call);
  observer->called(kind, answer_of(written), StopClock::now() - began);
  co_return written;
}

}  // namespace posse
