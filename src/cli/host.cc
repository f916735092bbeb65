/// Opening and running a posse member.
// SPDX-License-Identifier: Apache-2.0
#include "cli/host.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace posse {
namespace asio = boost::asio;
namespace {

Task<Exit> run_and_close(Task<Exit> task, Shop* shop) {
  const Exit exit = co_await std::move(task);
  co_await shop->close();
  co_return exit;
}

}  // namespace

Exit exit_of(const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
    case Errc::contended:
      return Exit::unreachable;
    case Errc::too_large:
    case Errc::unreadable:
    case Errc::books_broken:
      return Exit::refused;
  }
  return Exit::refused;
}

Result<std::unique_ptr<Host>> Host::open(const std::string& url, Missing missing) {
  auto io = std::make_unique<asio::io_context>(1);
  auto store = open_store(url, missing, io->get_executor());
  if (!store) return store.error();
  return std::unique_ptr<Host>(new Host(std::move(io), *std::move(store)));
}

Result<std::unique_ptr<Host>> Host::beside() {
  auto io = std::make_unique<asio::io_context>(1);
  auto store = store_->share(io->get_executor());
  if (!store) return store.error();
  return std::unique_ptr<Host>(new Host(std::move(io), *std::move(store)));
}

Host::Host(std::unique_ptr<asio::io_context> io, std::unique_ptr<OpenStore> store)
    : io_(std::move(io)),
      store_(std::move(store)),
      observed_(store_->store()),
      clock_(io_->get_executor()),
      watch_list_({observed_, clock_, random_}),
      shop_({observed_, store_->scan(), clock_, random_, io_->get_executor()}, watch_list_) {}

Exit Host::run(Task<Exit> task) {
  Exit exit = Exit::refused;
  auto ended = [&](const std::exception_ptr& thrown, Exit code) {
    if (thrown) std::rethrow_exception(thrown);
    exit = code;
    io_->stop();
  };
  asio::co_spawn(*io_, run_and_close(std::move(task), &shop_), std::move(ended));
  io_->run();
  return exit;
}

}  // namespace posse
