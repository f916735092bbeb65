/// A driver of one's own, tried with the suites that Posse installs for that.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <map>
#include <memory>
#include <posse/testing/store_contract.h>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

using posse::Bytes;
using posse::Document;
using posse::Errc;
using posse::Error;
using posse::Key;
using posse::Result;
using posse::Task;
using posse::Version;
using posse::Write;
using posse::Written;

bool fits(const Key& key, std::size_t bytes) {
  const std::size_t length = key.text().size();
  return length > 0 && length <= posse::key_bytes_max && bytes <= posse::value_bytes_max;
}

class MapStore final : public posse::Store {
 public:
  Task<Result<std::optional<Document>>> get(Key key) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (!fits(key, 0)) co_return Error{Errc::too_large, "key"};
    const auto found = documents_.find(key);
    if (found == documents_.end()) co_return std::optional<Document>();
    co_return std::optional<Document>(found->second);
  }

  Task<Result<Written>> add(Key key, Bytes value) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (!fits(key, value.size())) co_return Error{Errc::too_large, "key or value"};
    if (documents_.contains(key)) co_return Written{Write::refused, {}};
    co_return put(std::move(key), std::move(value));
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (!fits(key, value.size())) co_return Error{Errc::too_large, "key or value"};
    const auto found = documents_.find(key);
    const bool same = found != documents_.end() && found->second.version == version;
    if (!same) co_return Written{Write::refused, {}};
    co_return put(std::move(key), std::move(value));
  }

 private:
  Written put(Key key, Bytes value) {
    const Version version{++versions_};
    documents_[std::move(key)] = Document{version, std::move(value)};
    return Written{Write::done, version};
  }

  std::map<Key, Document> documents_;
  std::uint64_t versions_ = 0;
};

class OpenedMap final : public posse::testing::OpenedStore {
 public:
  posse::Store& store() override { return store_; }
  posse::Scan* scan() override { return nullptr; }

 private:
  MapStore store_;
};

posse::testing::Driver map_driver() {
  return {"Map", [](boost::asio::io_context&) { return std::make_unique<OpenedMap>(); }};
}

}  // namespace

namespace posse::testing {

INSTANTIATE_TEST_SUITE_P(Mine, StoreContract, ::testing::Values(map_driver()), StoreContract::name);

}  // namespace posse::testing
