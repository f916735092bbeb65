/// A buyer that stops or dies at one write of a purchase, where no signal from outside would hit.
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <iostream>
#include <string>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "patrol/watch_list.h"
#include "shop/shop.h"
#include "stores/lmdb/lmdb_store.h"
#include "system/system_clock.h"
#include "system/system_random.h"

namespace posse::testing {
namespace {

/// The store, up to the first claim of an entry: there it sends this process a signal.
class SignallingStore final : public Store {
 public:
  SignallingStore(Store& store, int signal, bool before)
      : store_(store), signal_(signal), before_(before) {}

  Task<Result<std::optional<Document>>> get(Key key) override { return store_.get(std::move(key)); }

  Task<Result<Written>> add(Key key, Bytes value) override {
    const bool here =
        !sent_ && key.text().starts_with("campaign/") && key.text().contains("/entry/");
    if (here && before_) stop_here();
    auto written = co_await store_.add(std::move(key), std::move(value));
    if (here && !before_) stop_here();
    co_return written;
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    return store_.cas(std::move(key), version, std::move(value));
  }

 private:
  void stop_here() {
    sent_ = true;
    (void)kill(getpid(), signal_);
  }

  Store& store_;
  int signal_;
  bool before_;
  bool sent_ = false;
};

/// Buys from `campaign` as `buyer` for at most `max_price`; 0 if it sold.
int buy(Store& store, Scan& scan, boost::asio::io_context& io, const Purchase& purchase) {
  SystemClock clock(io.get_executor());
  SystemRandom random;
  WatchList watch_list({store, clock, random});
  Shop shop({store, scan, clock, random, io.get_executor()}, watch_list);
  bool sold = false;
  auto buying = [&]() -> Task<void> {
    Purchase wanted = purchase;
    wanted.key = Uuid::make(clock.now(), random);
    const auto answer = co_await shop.purchases().buy(std::move(wanted));
    sold = answer && std::holds_alternative<Sale>(*answer);
    co_await shop.close();
  };
  auto ended = [&](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    io.stop();
  };
  boost::asio::co_spawn(io, buying(), ended);
  io.run();
  std::cout << (sold ? "sold" : "not sold") << '\n';
  return sold ? 0 : 1;
}

}  // namespace
}  // namespace posse::testing

/// DIRECTORY kill|stop before|after CAMPAIGN BUYER MAX_PRICE
int main(int count, char** words) {
  if (count != 7) return 2;
  const std::string signal = words[2];
  const std::string moment = words[3];
  boost::asio::io_context io(1);
  auto opened = posse::LmdbStore::open(posse::LmdbOptions{io.get_executor(), words[1]});
  if (!opened) return 1;
  posse::testing::SignallingStore store(**opened, signal == "kill" ? SIGKILL : SIGSTOP,
                                        moment == "before");
  posse::SystemRandom random;
  const posse::Purchase purchase{.campaign = *posse::Name::from(words[4]),
                                 .buyer = *posse::Name::from(words[5]),
                                 .max_price = posse::Cents{std::stoll(words[6])},
                                 .key = posse::Uuid::make({}, random),
                                 .content = {}};
  return posse::testing::buy(store, **opened, io, purchase);
}
