/// A store whose calls somebody counts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "posse/store.h"

namespace posse {

enum class StoreCall : std::uint8_t { get, add, cas };

/// What a call came to. A get that finds nothing is `done`.
enum class StoreAnswer : std::uint8_t { done, refused, unknown, error };

class StoreObserver {
 public:
  virtual ~StoreObserver() = default;
  virtual void called(StoreCall call, StoreAnswer answer, std::chrono::nanoseconds took) = 0;
};

/// Passes every call on as it is; costs nothing while nobody observes.
class ObservedStore final : public Store {
 public:
  explicit ObservedStore(Store& store) : store_(store) {}

  /// From now on; nullptr ends it. The observer outlives the calls that begin meanwhile.
  void observe(StoreObserver* observer) { observer_ = observer; }

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;

 private:
  Task<Result<std::optional<Document>>> observed(Task<Result<std::optional<Document>>> call);
  Task<Result<Written>> observed(StoreCall kind, Task<Result<Written>> call);

  Store& store_;
  StoreObserver* observer_ = nullptr;
};

}  // namespace posse
