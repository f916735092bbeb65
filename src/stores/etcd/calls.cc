/// From a coroutine to etcd and back.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/calls.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

namespace posse::etcd {
namespace {

using namespace std::chrono_literals;

/// Transactions under way at a time. Of those that write, one: etcd's cost is by the transaction,
/// so that two of half the size made a purchase wait a fifth to a half longer, measured with 64
/// buyers on three members. A read costs no round of the members' disks.
constexpr std::size_t writing_max = 1;
constexpr std::size_t reading_max = 2;

/// How often deadlines are looked at, and for a member while none is connected.
constexpr auto sweep_every = 100ms;
constexpr auto search_every = 10ms;

/// How long nothing is written once etcd has said that it is full, before it is asked again.
constexpr auto full_pause = 1s;

/// Runs `method` on the calls if they are still there.
template <class Method>
auto if_alive(std::weak_ptr<Calls> calls, Method method) {
  return [calls = std::move(calls), method = std::move(method)] {
    if (const auto alive = calls.lock()) method(*alive);
  };
}

}  // namespace

/// A transaction under way.
struct Calls::Sent final : AnsweredFlight<etcdserverpb::TxnResponse> {
  Sent(Lane& from, Member& to) : lane(from), member(to) {}

  Lane& lane;
  Member& member;
  std::int64_t newest_before = 0;  ///< Revision, when it was sent.
  Requests requests;
  etcdserverpb::TxnRequest question;
};

/// A new token under way.
struct Calls::Login final : AnsweredFlight<etcdserverpb::AuthenticateResponse> {
  explicit Login(Member& to) : member(to) {}

  Member& member;
};

/// `flight` begins; when it lands, `method` is run with it on the executor.
template <class Landing, class Method>
void Calls::begin_flight(const std::shared_ptr<Landing>& flight, Method method) {
  flight->landed = [this, flight, method, calls = weak_from_this()] {
    auto run = [flight, method](Calls& alive) { (alive.*method)(*flight); };
    boost::asio::post(executor_, if_alive(calls, std::move(run)));
    flights_.end(flight);
  };
  flights_.begin(flight);
}

Calls::Calls(boost::asio::any_io_executor executor, std::shared_ptr<Members> members,
             std::string mark, Deadlines deadlines)
    : executor_(std::move(executor)),
      members_(std::move(members)),
      mark_(std::move(mark)),
      deadlines_(deadlines),
      timer_(executor_),
      reads_{.under_way_max = reading_max},
      writes_{.under_way_max = writing_max} {}

Task<Result<Reply>> Calls::ask(Order order) {
  const auto start = [this](Handler handler, Order wanted) {
    begin(std::move(handler), std::move(wanted));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<Reply>)>(
      start, boost::asio::use_awaitable, std::move(order));
}

void Calls::begin(Handler handler, Order order) {
  auto request = std::make_shared<Request>();
  request->order = std::move(order);
  request->send_until = std::chrono::steady_clock::now() + deadlines_.sending;
  request->deadline = request->send_until;
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected()) {
    slot.assign([calls = weak_from_this(), asked = std::weak_ptr(request),
                 executor = executor_](boost::asio::cancellation_type) {
      auto cancel = [asked](Calls& alive) {
        const auto cancelled = asked.lock();
        if (cancelled) alive.cancel(*cancelled);
      };
      boost::asio::post(executor, if_alive(calls, std::move(cancel)));
    });
  }
  request->handler.emplace(std::move(handler));
  ++unanswered_count_;
  unanswered_.push_back(request);
  Lane& lane = request->order.is_write() ? writes_ : reads_;
  lane.waiting.push_back(std::move(request));
  arm();
  flush();
}

/// Behind everything that is ready now, and what that makes ready, and so it finds what all of it
/// wants: an entry is composed one step after its holds are in. Of 64 buyers most wait for the same
/// transaction, and one that left without their entry had them wait for a whole one more.
void Calls::flush() {
  if (std::exchange(will_flush_, true)) return;
  const auto post = [](Calls& calls, auto method) {
    boost::asio::post(calls.executor_, if_alive(calls.weak_from_this(), method));
  };
  post(*this, [post](Calls& alive) { post(alive, [](Calls& same) { same.flush_once(); }); });
}

void Calls::flush_once() {
  will_flush_ = false;
  is_searching_ = false;
  if (is_full()) refuse(writes_, *full_);
  if (is_closed_ || is_logging_in_) return;
  for (Lane* lane : {&reads_, &writes_}) {
    while (lane->under_way < lane->under_way_max && !lane->waiting.empty()) {
      Member* member = members_->connected();
      if (member == nullptr) {
        is_searching_ = true;
        is_armed_ = false;
        return arm();
      }
      send(*lane, *member);
    }
  }
}

bool Calls::is_full() const {
  return full_ && std::chrono::steady_clock::now() < full_until_;
}

/// Takes as many as may travel together: of one key only the first, as etcd wants it.
Calls::Requests Calls::take(Requests& waiting) {
  Requests taken;
  Requests left;
  std::set<std::string_view> keys;
  std::size_t bytes = 0;
  while (!waiting.empty() && taken.size() < orders_max && bytes < bytes_eager) {
    auto request = std::move(waiting.front());
    waiting.pop_front();
    if (!request->handler) continue;  // answered meanwhile
    const bool may_travel = !request->order.is_write() || keys.insert(request->order.key).second;
    if (may_travel) bytes += request->order.key.size() + request->order.value.size();
    (may_travel ? taken : left).push_back(std::move(request));
  }
  std::ranges::move(waiting, std::back_inserter(left));
  waiting = std::move(left);
  return taken;
}

void Calls::send(Lane& lane, Member& member) {
  const bool are_writes = &lane == &writes_;
  auto sent = std::make_shared<Sent>(lane, member);
  sent->requests = take(lane.waiting);
  if (sent->requests.empty()) return;
  const auto until = std::chrono::steady_clock::now() + deadlines_.answering;
  for (const auto& request : sent->requests) {
    request->is_sent = true;
    request->deadline = until;
    if (are_writes)
      add_write(request->order, mark_, sent->question);
    else
      add_read(request->order, sent->question);
  }
  ++lane.under_way;
  sent->newest_before = members_->newest_revision();
  sent->context.set_deadline(std::chrono::system_clock::now() + deadlines_.answering);
  members_->sign(sent->context);
  begin_flight(sent, &Calls::landed);
  sent->take_off(member.kv->AsyncTxn(&sent->context, sent->question, &members_->queue()));
}

void Calls::landed(Sent& sent) {
  if (is_closed_) return;
  --sent.lane.under_way;
  settle(sent);
  if (!is_closed_) flush();
}

void Calls::settle(Sent& sent) {
  const bool are_writes = &sent.lane == &writes_;
  if (sent.status.ok() && !is_ours(sent)) {
    for (const auto& request : sent.requests) disown(*request);
    return;
  }
  if (sent.status.ok()) {
    int place = 0;
    for (const auto& request : sent.requests) {
      auto reply = reply_at(sent.answer, place++, are_writes);
      if (!reply) {
        give_up(*request);
        continue;
      }
      answer(*request, *std::move(reply));
    }
    return;
  }
  const Fate fate = fate_of(sent.status);
  if (fate == Fate::old_token && members_->has_user()) return wait_again(sent);
  members_->leave(sent.member);
  Error error = error_of(sent.status, "etcd at " + sent.member.address);
  if (fate == Fate::full) {
    full_ = error;
    full_until_ = std::chrono::steady_clock::now() + full_pause;
  }
  const bool is_unknown = are_writes && (fate == Fate::unknown || fate == Fate::full);
  for (const auto& request : sent.requests) {
    if (is_unknown)
      answer(*request, Reply{.written = {Write::unknown, {}}});
    else
      answer(*request, error);
  }
}

/// Whether who has answered is the cluster that was opened, and as far as it was.
bool Calls::is_ours(const Sent& sent) const {
  const auto& header = sent.answer.header();
  if (!members_->knows(sent.member, header)) return false;
  return &sent.lane == &reads_ || members_->goes_on(sent.newest_before, header.revision());
}

/// For a new token. Where tokens are turned away however new they are, that must end.
void Calls::wait_again(Sent& sent) {
  const Error error = error_of(sent.status, "etcd at " + sent.member.address);
  const auto now = std::chrono::steady_clock::now();
  Requests again;
  for (auto& request : sent.requests) {
    request->is_sent = false;
    request->deadline = request->send_until;
    if (request->deadline > now)
      again.push_back(std::move(request));
    else
      answer(*request, error);
  }
  if (is_closed_) return;
  std::ranges::move(sent.lane.waiting, std::back_inserter(again));
  sent.lane.waiting = std::move(again);
  renew_token();
}

void Calls::renew_token() {
  if (std::exchange(is_logging_in_, true)) return;
  Member* member = members_->connected();
  if (member == nullptr) {
    is_logging_in_ = false;
    return flush();
  }
  auto login = std::make_shared<Login>(*member);
  login->context.set_deadline(std::chrono::system_clock::now() + deadlines_.answering);
  begin_flight(login, &Calls::logged_in);
  login->take_off(
      member->auth->AsyncAuthenticate(&login->context, members_->login(), &members_->queue()));
}

void Calls::logged_in(Login& login) {
  is_logging_in_ = false;
  if (is_closed_) return;
  if (login.status.ok()) {
    members_->adopt(login.answer.token());
    return flush();
  }
  members_->leave(login.member);
  const Error error = error_of(login.status, "cannot log in to etcd at " + login.member.address);
  refuse(reads_, error);
  refuse(writes_, error);
}

void Calls::refuse(Lane& lane, const Error& error) {
  const Requests refused = std::exchange(lane.waiting, {});
  for (const auto& request : refused) answer(*request, error);
}

void Calls::sweep() {
  is_armed_ = false;
  const auto now = std::chrono::steady_clock::now();
  const Requests seen = std::exchange(unanswered_, {});
  for (const auto& request : seen) {
    if (request->deadline <= now) give_up(*request);
    if (request->handler) unanswered_.push_back(request);
  }
  if (is_closed_) return;
  if (is_searching_) flush();
  arm();
}

/// At its deadline, or when the answer makes no sense.
void Calls::give_up(Request& request) {
  const auto within = [](std::chrono::milliseconds time) {
    return " within " + std::to_string(time.count()) + " ms";
  };
  if (!request.is_sent) {
    answer(request, Error{Errc::unavailable,
                          "not asked" + within(deadlines_.sending) + ": " + members_->hindrance()});
  } else if (request.order.is_write()) {
    answer(request, Reply{.written = {Write::unknown, {}}});
  } else {
    answer(request,
           Error{Errc::unavailable, "etcd has not answered" + within(deadlines_.answering)});
  }
}

/// Another cluster has answered it, or ours as it once was: what it has read is not ours, what it
/// has written is nowhere in ours, unless that one is ours from now on.
void Calls::disown(Request& request) {
  if (request.order.is_write())
    answer(request, Reply{.written = {Write::unknown, {}}});
  else
    answer(request, Error{Errc::unavailable, members_->hindrance()});
}

/// A read that has found nothing would say that nothing is there.
void Calls::cancel(Request& request) {
  if (request.order.is_write())
    answer(request, Reply{.written = {Write::unknown, {}}});
  else
    answer(request, Error{Errc::unavailable, "cancelled"});
}

void Calls::answer(Request& request, Result<Reply> outcome) {
  if (is_closed_ || !request.handler) return;
  Handler handler = *std::exchange(request.handler, std::nullopt);
  if (--unanswered_count_ == 0) {
    // A timer under way would keep the executor's context running although nobody waits.
    is_armed_ = false;
    timer_.cancel();
  }
  std::move(handler)(std::move(outcome));
}

void Calls::arm() {
  if (is_armed_ || is_closed_ || unanswered_count_ == 0) return;
  is_armed_ = true;
  timer_.expires_after(is_searching_ ? search_every : sweep_every);
  timer_.async_wait([calls = weak_from_this()](boost::system::error_code cancelled) {
    if (cancelled) return;
    if (const auto alive = calls.lock()) alive->sweep();
  });
}

void Calls::close() {
  is_closed_ = true;
  timer_.cancel();
  flights_.end_all();
  // Their coroutines unwind.
  const Requests dropped = std::exchange(unanswered_, {});
  for (const auto& request : dropped) request->handler.reset();
  reads_.waiting.clear();
  writes_.waiting.clear();
}

}  // namespace posse::etcd
