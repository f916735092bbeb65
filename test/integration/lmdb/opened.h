/// A store of this process, asked one call at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {

template <class T>
Task<void> keep_answer(Task<T> call, std::optional<T>* answer) {
  answer->emplace(co_await std::move(call));
}

/// An LmdbStore with a context of its own.
class Opened {
 public:
  /// Short, so that a test of a deadline is; a healthy disk answers far within it.
  static constexpr std::chrono::milliseconds deadline{700};

  explicit Opened(const std::filesystem::path& directory, const lmdb::LogPlan& log = {})
      : opened_(LmdbStore::open(LmdbOptions{io_.get_executor(), directory, deadline, log})) {}

  bool is_open() const { return opened_.has_value(); }
  const Error& error() const { return opened_.error(); }
  Result<std::unique_ptr<LmdbStore>>& opened() { return opened_; }
  Store& store() { return **opened_; }
  Scan& scan() { return **opened_; }
  boost::asio::io_context& io() { return io_; }

  /// Closes it, as its destruction would.
  void close() { opened_ = Error{Errc::unavailable, "closed by the test"}; }

  template <class T>
  T answer(Task<T> call) {
    std::optional<T> kept;
    boost::asio::co_spawn(io_, keep_answer(std::move(call), &kept), boost::asio::detached);
    io_.restart();
    io_.run();
    return std::move(kept).value();
  }

  Result<Written> add(const std::string& key, Bytes value) {
    return answer(store().add(Key(key), std::move(value)));
  }

  /// What is at `key`: its value, or a sentence in angle brackets.
  std::string text(const std::string& key) {
    const auto read = answer(store().get(Key(key)));
    if (!read) return "<" + read.error().detail + ">";
    return *read ? (*read)->value : "<nothing>";
  }

 private:
  boost::asio::io_context io_{1};
  Result<std::unique_ptr<LmdbStore>> opened_;
};

/// Adds a document and keeps the answer, for calls that are to overlap.
inline Task<void> add_and_keep(Store* store, std::string key,
                               std::optional<Result<Written>>* answer) {
  answer->emplace(co_await store->add(Key(key), "value"));
}

/// An answer in words, so that tests compare text: done, refused, unknown, or the Error's detail.
inline std::string words(const Result<Written>& written) {
  if (!written) return written.error().detail;
  switch (written->answer) {
    case Write::done:
      return "done";
    case Write::refused:
      return "refused";
    case Write::unknown:
      return "unknown";
  }
  return "?";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace posse::testing
