/// A client of etcd that asks its JSON gateway, on connections that it keeps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "posse/task.h"

namespace posse::bench {

/// What is at a key, and since which revision; "0" if nothing is.
struct EtcdValue {
  std::string value;
  std::string revision = "0";
};

/// Parts of a transaction, as etcd reads them.
std::string etcd_put(const std::string& key, const std::string& value);
std::string etcd_unchanged(const std::string& key, const std::string& revision);
std::string etcd_absent(const std::string& key);

/// If all compares hold, all puts are done; else `reads` are read.
struct EtcdTransaction {
  std::vector<std::string> compares;
  std::vector<std::string> puts;
  std::vector<std::string> reads{};  ///< Keys.

  std::string text() const;
};

struct EtcdAnswer {
  bool is_done = false;
  std::string revision;
  std::vector<EtcdValue> read;
};

/// Used from one executor. A call that fails ends the program.
class EtcdClient {
 public:
  /// `address` is HOST:PORT.
  EtcdClient(boost::asio::io_context* io, const std::string& address, std::size_t connections);
  ~EtcdClient();

  Task<EtcdValue> get(std::string key);
  Task<EtcdAnswer> commit(EtcdTransaction transaction);

  /// Without a coroutine, for preparing and checking.
  boost::json::value ask_now(const std::string& path, std::string body);
  std::map<std::string, EtcdValue> all_now(const std::string& prefix);

 private:
  class Connection;
  struct Waiter;

  Task<boost::json::value> ask(std::string path, std::string body);
  Task<Connection*> take();
  void put(Connection* connection);

  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> free_;
  std::deque<Waiter*> waiting_;
};

}  // namespace posse::bench
