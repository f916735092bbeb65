/// What every driver of a store must do, as tests: instantiate StoreContract with a Driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "posse/scan.h"
#include "posse/store.h"

namespace posse::testing {

/// A store that was opened for one test, with whatever must go with it. It is empty.
class OpenedStore {
 public:
  virtual ~OpenedStore() = default;
  virtual Store& store() = 0;
  /// Null if the driver cannot list; do not instantiate ScanContract then.
  virtual Scan* scan() = 0;
};

/// A driver under test: its name, letters only, and how to open an empty store of it whose calls
/// come from `io`'s thread.
struct Driver {
  std::string name;
  std::function<std::unique_ptr<OpenedStore>(boost::asio::io_context& io)> open;
};

inline void PrintTo(const Driver& driver, std::ostream* out) {
  *out << driver.name;
}

template <class T>
Task<void> keep_answer(Task<T> call, std::optional<T>* answer) {
  answer->emplace(co_await std::move(call));
}

/// Runs `io` until `call` has its answer and nothing is left to do.
template <class T>
T answer_of(boost::asio::io_context& io, Task<T> call) {
  std::optional<T> answer;
  boost::asio::co_spawn(io, keep_answer(std::move(call), &answer), boost::asio::detached);
  io.restart();
  io.run();
  return std::move(answer).value();
}

/// Awaits `call`, whose cancellation is to come as an answer.
template <class T>
Task<void> keep_answer_if_cancelled(Task<T> call, std::optional<T>* answer) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  answer->emplace(co_await std::move(call));
}

/// The same for a call that is cancelled as soon as it has begun.
template <class T>
T answer_when_cancelled(boost::asio::io_context& io, Task<T> call) {
  std::optional<T> answer;
  boost::asio::cancellation_signal signal;
  boost::asio::co_spawn(io, keep_answer_if_cancelled(std::move(call), &answer),
                        boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::detached));
  io.restart();
  io.poll_one();
  signal.emit(boost::asio::cancellation_type::all);
  io.run();
  return std::move(answer).value();
}

/// The suite of Store. In a driver's own test:
/// `INSTANTIATE_TEST_SUITE_P(Mine, StoreContract, Values(driver), StoreContract::name);`
class StoreContract : public ::testing::TestWithParam<Driver> {
 public:
  /// The driver's name. Asking for it by this function links the tests in, too.
  static std::string name(const ::testing::TestParamInfo<Driver>& info);

 protected:
  void SetUp() override;

  Store& store() { return opened_->store(); }
  boost::asio::io_context& io() { return io_; }

  // One call at a time, answered before the next line.
  Result<std::optional<Document>> get(const std::string& key);
  Result<Written> add(const std::string& key, Bytes value);
  Result<Written> cas(const std::string& key, Version version, Bytes value);

  /// The document at `key`, which must be there.
  Document document(const std::string& key);
  /// The version of a write, which must be done.
  Version done(Result<Written> written);
  /// The answer of a write, which must not have failed.
  Write answer(Result<Written> written);

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<OpenedStore> opened_;
};

}  // namespace posse::testing
