/// Going to the other thread and back.
// SPDX-License-Identifier: Apache-2.0
#include "system/password_worker.h"

#include <sys/resource.h>
#include <thread>
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
  asio::post(thread_, [] {
    (void)::setpriority(PRIO_PROCESS, 0, 10);  // Linux gives each thread one of its own
    (void)nobodys_hash();
  });
}

void PasswordWorker::rest() const {
  if (waiting_ > crowd) std::this_thread::sleep_for(worked_ * 3);
}

template <class Work>
Task<std::optional<std::invoke_result_t<Work>>> PasswordWorker::run(std::string peer, Work work) {
  const auto known = peers_.find(peer);
  const std::size_t of_peer = known == peers_.end() ? 0 : known->second;
  if (waiting_ >= waiting_max || of_peer >= waiting_of_a_peer_max) co_return std::nullopt;
  ++waiting_;
  ++peers_[peer];
  co_await asio::post(asio::bind_executor(thread_, asio::use_awaitable));
  rest();
  const auto began = std::chrono::steady_clock::now();
  auto result = work();
  worked_ = std::chrono::steady_clock::now() - began;
  co_await asio::post(asio::bind_executor(executor_, asio::use_awaitable));
  --waiting_;
  if (--peers_[peer] == 0) peers_.erase(peer);
  co_return std::optional(std::move(result));
}

Task<std::optional<std::string>> PasswordWorker::hash(std::string peer, std::string password) {
  auto hashing = run(std::move(peer), [&password] { return hash_password(password); });
  auto hashed = co_await std::move(hashing);
  if (!hashed || hashed->empty()) co_return std::nullopt;
  co_return hashed;
}

Task<std::optional<bool>> PasswordWorker::verify(std::string peer, std::string password,
                                                 std::string hash) {
  auto verifying = run(std::move(peer), [&] {
    // Made on the thread: an account without a password takes as long.
    return is_password(password, hash.empty() ? nobodys_hash() : hash);
  });
  auto same = co_await std::move(verifying);
  if (!same) co_return std::nullopt;
  co_return *same && !hash.empty();
}

}  // namespace posse
