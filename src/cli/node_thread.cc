/// Running a node on a thread.
// SPDX-License-Identifier: Apache-2.0
#include "cli/node_thread.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse {
namespace asio = boost::asio;

NodeThread::NodeThread(std::unique_ptr<Host> host, const LogOptions& log, std::string id,
                       std::unique_ptr<Server> server)
    : host_(std::move(host)),
      serving_(*host_, log, std::move(id), std::move(server)),
      lasts_(host_->io().get_executor()) {}

NodeThread::~NodeThread() {
  host_->io().stop();
  if (thread_.joinable()) thread_.join();
}

void NodeThread::start() {
  serving_.start();
  thread_ = std::thread([this] { host_->io().run(); });
}

Task<void> NodeThread::stop_answering() {
  return asio::co_spawn(host_->io(), serving_.stop_answering(), asio::use_awaitable);
}

Task<void> NodeThread::leave() {
  return asio::co_spawn(host_->io(), serving_.leave(), asio::use_awaitable);
}

}  // namespace posse
