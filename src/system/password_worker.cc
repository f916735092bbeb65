/// Going to the other thread and back.
// SPDX-License-Identifier: Apache-2.0
#include "system/password_worker.h"

#include <algorithm>
#include <ctime>
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

/// Time that all threads of this process have worked.
std::chrono::nanoseconds process_time() {
  timespec time{};
  (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

/// How often a thread that rests looks whether it still has to.
constexpr std::chrono::milliseconds look_every{10};

}  // namespace

PasswordWorker::PasswordWorker(asio::any_io_executor executor) : executor_(std::move(executor)) {
  asio::post(thread_, [] {
    (void)::setpriority(PRIO_PROCESS, 0, 10);  // Linux gives each thread one of its own
    (void)nobodys_hash();
  });
}

double PasswordWorker::rest() const {
  static const double cores = std::max(1U, std::thread::hardware_concurrency());
  while (true) {
    const std::chrono::nanoseconds rested = std::chrono::steady_clock::now() - ended_;
    const std::chrono::duration<double> process = process_time() - process_worked_;
    const double share = process / std::max(rested, std::chrono::nanoseconds{1}) / cores;
    if (closed_ || rested >= rest_after(worked_, share)) return share;
    std::this_thread::sleep_for(look_every);
  }
}

bool PasswordWorker::has_room(const std::string& peer) const {
  const auto spacing = std::max(spacing_.load(), std::chrono::nanoseconds{1});
  const auto in_time = static_cast<std::size_t>(std::max(wait_max / spacing, 1L));
  const std::size_t room = std::min(in_time, waiting_max);
  const auto known = peers_.find(peer);
  const std::size_t of_peer = known == peers_.end() ? 0 : known->second;
  return waiting_ < room && of_peer < std::max<std::size_t>(room / peers_at_least, 1);
}

template <class Work>
Task<std::optional<std::invoke_result_t<Work>>> PasswordWorker::run(std::string peer, Work work) {
  if (closed_ || !has_room(peer)) co_return std::nullopt;
  ++waiting_;
  ++peers_[peer];
  co_await asio::post(asio::bind_executor(thread_, asio::use_awaitable));
  const double share = rest();
  const auto began = std::chrono::steady_clock::now();
  std::optional<std::invoke_result_t<Work>> result;
  if (!closed_) result = work();
  ended_ = std::chrono::steady_clock::now();
  worked_ = ended_ - began;
  process_worked_ = process_time();
  spacing_ = worked_ + rest_after(worked_, share);
  co_await asio::post(asio::bind_executor(executor_, asio::use_awaitable));
  --waiting_;
  if (--peers_[peer] == 0) peers_.erase(peer);
  co_return result;
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
