/// Going to the other thread and back.
// SPDX-License-Identifier: Apache-2.0
#include "system/password_worker.h"

#include <sys/resource.h>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "system/password.h"

namespace posse {
namespace asio = boost::asio;
namespace {

/// Made once of a random text: what an account without a password is compared with.
const std::string& nobodys_hash() {
  static const std::string hash = hash_password("no password has this hash");
  return hash;
}

}  // namespace

PasswordWorker::PasswordWorker(asio::any_io_executor executor) : executor_(std::move(executor)) {
  // Linux gives each thread a priority of its own.
  asio::post(thread_, [] {
    (void)::setpriority(PRIO_PROCESS, 0, 10);
    (void)nobodys_hash();
  });
}

Task<std::optional<std::string>> PasswordWorker::hash(std::string password) {
  if (waiting_ >= waiting_max) co_return std::nullopt;
  ++waiting_;
  co_await asio::post(asio::bind_executor(thread_, asio::use_awaitable));
  std::string hashed = hash_password(password);
  co_await asio::post(asio::bind_executor(executor_, asio::use_awaitable));
  --waiting_;
  if (hashed.empty()) co_return std::nullopt;
  co_return hashed;
}

Task<std::optional<bool>> PasswordWorker::verify(std::string password, std::string hash) {
  if (waiting_ >= waiting_max) co_return std::nullopt;
  ++waiting_;
  co_await asio::post(asio::bind_executor(thread_, asio::use_awaitable));
  const bool same = is_password(password, hash.empty() ? nobodys_hash() : hash);
  co_await asio::post(asio::bind_executor(executor_, asio::use_awaitable));
  --waiting_;
  co_return same && !hash.empty();
}

}  // namespace posse
