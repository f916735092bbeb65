/// Timers are steady timers; sockets are stream descriptors that wait anew after each event.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/asio_io.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace posse::couchbase {
namespace {

/// What the library wants to hear, and with what.
struct Callback {
  lcb_ioE_callback function = nullptr;
  void* argument = nullptr;
};

/// A timer or a watched socket: the library has a pointer to it until it destroys it, which it may
/// do while it is called back.
class Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;

  /// Begins to wait for what is wanted, if it does not wait already.
  virtual void start() = 0;
  /// Waits no more; what is wanted stays so.
  virtual void stop() = 0;
};

class Timer final : public Waiter {
 public:
  explicit Timer(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void want(std::chrono::microseconds after, Callback callback) {
    stop();
    callback_ = callback;
    due_ = std::chrono::steady_clock::now() + after;
  }
  void want_nothing() {
    stop();
    callback_ = {};
  }

  void start() override {
    if (callback_.function == nullptr) return;
    timer_.expires_at(due_);
    timer_.async_wait(
        [waiter = weak_from_this(), this, round = round_](boost::system::error_code cancelled) {
          const auto alive = waiter.lock();
          if (!alive || cancelled || round != round_) return;
          const Callback callback = std::exchange(callback_, {});
          callback.function(-1, 0, callback.argument);
        });
  }

  void stop() override {
    ++round_;  // one that is due already is not told any more
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point due_;
  Callback callback_;
  std::uint64_t round_ = 0;
};

class Socket final : public Waiter {
 public:
  explicit Socket(const boost::asio::any_io_executor& executor) : descriptor_(executor) {}
  // The library closes it.
  ~Socket() override { let_go(); }

  void want(lcb_socket_t socket, short events, Callback callback) {
    if (descriptor_.is_open() && descriptor_.native_handle() != socket) let_go();
    boost::system::error_code wrong;
    if (!descriptor_.is_open()) (void)descriptor_.assign(socket, wrong);
    callback_ = callback;
    ways_[0].is_wanted = (events & LCB_READ_EVENT) != 0;
    ways_[1].is_wanted = (events & LCB_WRITE_EVENT) != 0;
  }

  /// Before the library closes it, and perhaps has another one of the same number.
  void want_nothing() {
    for (Way& way : ways_) way.is_wanted = false;
    let_go();
  }

  void start() override {
    for (Way& way : ways_) {
      if (way.is_wanted && !way.is_waited_for) wait(way);
    }
  }

  void stop() override {
    forget();
    boost::system::error_code wrong;
    if (descriptor_.is_open()) (void)descriptor_.cancel(wrong);
  }

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  struct Way {
    Descriptor::wait_type what;
    short event;
    bool is_wanted = false;
    bool is_waited_for = false;
  };

  /// What is under way will not be told.
  void forget() {
    ++round_;
    for (Way& way : ways_) way.is_waited_for = false;
  }

  void let_go() {
    forget();
    if (descriptor_.is_open()) descriptor_.release();
  }

  void wait(Way& way) {
    way.is_waited_for = true;
    descriptor_.async_wait(way.what, [waiter = weak_from_this(), this, &way,
                                      round = round_](boost::system::error_code cancelled) {
      const auto alive = waiter.lock();
      if (!alive || round != round_) return;
      way.is_waited_for = false;
      if (cancelled || !way.is_wanted) return;
      callback_.function(descriptor_.native_handle(), way.event, callback_.argument);
      // Whoever watches goes on until he says otherwise, or rests.
      if (round == round_ && way.is_wanted && !way.is_waited_for) wait(way);
    });
  }

  Descriptor descriptor_;
  Callback callback_;
  std::array<Way, 2> ways_{Way{.what = Descriptor::wait_read, .event = LCB_READ_EVENT},
                           Way{.what = Descriptor::wait_write, .event = LCB_WRITE_EVENT}};
  std::uint64_t round_ = 0;
};

}  // namespace

class AsioIo::State {
 public:
  explicit State(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {
    table_.version = 3;
    table_.v.v3.cookie = this;
    table_.v.v3.get_procs = &State::give_procedures;
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  lcb_io_opt_t table() { return &table_; }

  void rest() {
    is_resting_ = true;
    for (const auto& [pointer, waiter] : waiters_) waiter->stop();
  }
  void wake() {
    is_resting_ = false;
    for (const auto& [pointer, waiter] : waiters_) waiter->start();
  }

 private:
  static State& of(lcb_io_opt_t table) { return *static_cast<State*>(table->v.v3.cookie); }

  template <class Kind>
  static void* create(lcb_io_opt_t table) {
    State& state = of(table);
    auto waiter = std::make_shared<Kind>(state.executor_);
    void* pointer = waiter.get();
    state.waiters_.emplace(pointer, std::move(waiter));
    return pointer;
  }

  template <class Kind>
  static void destroy(lcb_io_opt_t table, void* pointer) {
    static_cast<Kind*>(pointer)->want_nothing();
    of(table).waiters_.erase(pointer);
  }

  void start(Waiter& waiter) const {
    if (!is_resting_) waiter.start();
  }

  // tidy: allow(sizes) the library calls it so
  static int schedule(lcb_io_opt_t table, void* pointer, lcb_U32 microseconds, void* argument,
                      lcb_ioE_callback callback) {
    auto& timer = *static_cast<Timer*>(pointer);
    timer.want(std::chrono::microseconds(microseconds), {callback, argument});
    of(table).start(timer);
    return 0;
  }
  static void cancel(lcb_io_opt_t /*table*/, void* pointer) {
    static_cast<Timer*>(pointer)->want_nothing();
  }

  // tidy: allow(sizes) the library calls it so
  static int watch(lcb_io_opt_t table, lcb_socket_t socket, void* pointer, short events,
                   void* argument, lcb_ioE_callback callback) {
    auto& watched = *static_cast<Socket*>(pointer);
    if (events == 0) {
      watched.want_nothing();
      return 0;
    }
    watched.want(socket, events, {callback, argument});
    of(table).start(watched);
    return 0;
  }
  static void unwatch(lcb_io_opt_t /*table*/, lcb_socket_t /*socket*/, void* pointer) {
    static_cast<Socket*>(pointer)->want_nothing();
  }

  /// The library has no loop to run here.
  static void no_loop(lcb_io_opt_t /*table*/) {}

  // tidy: allow(sizes) the library calls it so
  static void give_procedures(int version, lcb_loop_procs* loop, lcb_timer_procs* timers,
                              lcb_bsd_procs* sockets, lcb_ev_procs* events,
                              lcb_completion_procs* /*completions*/, lcb_iomodel_t* model) {
    *model = LCB_IOMODEL_EVENT;
    lcb_iops_wire_bsd_impl2(sockets, version);
    *loop = {.start = &no_loop, .stop = &no_loop, .tick = &no_loop};
    *timers = {.create = &create<Timer>,
               .destroy = &destroy<Timer>,
               .cancel = &cancel,
               .schedule = &schedule};
    *events = {.create = &create<Socket>,
               .destroy = &destroy<Socket>,
               .cancel = &unwatch,
               .watch = &watch};
  }

  boost::asio::any_io_executor executor_;
  lcb_io_opt_st table_{};
  std::map<void*, std::shared_ptr<Waiter>> waiters_;
  bool is_resting_ = false;
};

AsioIo::AsioIo(boost::asio::any_io_executor executor)
    : state_(std::make_unique<State>(std::move(executor))) {}

AsioIo::~AsioIo() = default;

lcb_io_opt_t AsioIo::table() {
  return state_->table();
}

void AsioIo::rest() {
  state_->rest();
}

void AsioIo::wake() {
  state_->wake();
}

}  // namespace posse::couchbase
