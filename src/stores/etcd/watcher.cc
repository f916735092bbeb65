/// etcd's Watch service.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/watcher.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/post.hpp>
#include <grpcpp/support/async_stream.h>

namespace posse::etcd {
namespace {

using namespace std::chrono_literals;
using etcdserverpb::WatchRequest;
using etcdserverpb::WatchResponse;

/// Between a stream and the next one; it doubles unless the stream has lived for a while.
constexpr auto pause_min = 100ms;
constexpr auto pause_max = 1000ms;
constexpr auto lived_long = 10s;

/// From now on, without a revision; so nothing that etcd has compacted is ever asked for.
WatchRequest creation(std::int64_t id, const std::string& key) {
  WatchRequest request;
  request.mutable_create_request()->set_key(key);
  request.mutable_create_request()->set_watch_id(id);
  return request;
}

WatchRequest cancellation(std::int64_t id) {
  WatchRequest request;
  request.mutable_cancel_request()->set_watch_id(id);
  return request;
}

}  // namespace

/// A call that goes on until something breaks. At most one read and one write are under way.
struct Watcher::Stream {
  explicit Stream(Member& to) : member(to) {}

  Member& member;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<WatchRequest, WatchResponse>> call;
  WatchResponse answer;
  std::deque<WatchRequest> unsent;  // the first one may be under way
  grpc::Status status;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  int under_way = 0;  // steps that the executor has not heard of yet
  bool is_open = false;
  bool is_writing = false;
  bool is_over = false;
  bool is_finishing = false;
};

/// Ends its watch.
class Watcher::Handle final : public Watching {
 public:
  Handle(std::weak_ptr<Watcher> watcher, std::int64_t id) : watcher_(std::move(watcher)), id_(id) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() override {
    if (const auto alive = watcher_.lock()) alive->end(id_);
  }

 private:
  std::weak_ptr<Watcher> watcher_;
  std::int64_t id_;
};

Watcher::Watcher(boost::asio::any_io_executor executor, std::shared_ptr<Members> members)
    : executor_(std::move(executor)), members_(std::move(members)), next_pause_(pause_min) {}

Watcher::~Watcher() = default;

std::unique_ptr<Watching> Watcher::watch(std::string key, std::function<void()> changed) {
  const std::int64_t id = ++last_id_;
  if (stream_) {
    stream_->unsent.push_back(creation(id, key));
    write_next();
  }
  watched_.emplace(id, Watched{.key = std::move(key), .changed = std::move(changed)});
  if (!stream_ && !is_pausing_) open();
  return std::make_unique<Handle>(weak_from_this(), id);
}

void Watcher::end(std::int64_t id) {
  if (watched_.erase(id) == 0 || !stream_) return;
  stream_->unsent.push_back(cancellation(id));
  write_next();
}

/// The one who is told may end his watch, or the store.
void Watcher::tell(std::int64_t id) {
  const auto changed = watched_.at(id).changed;
  changed();
}

void Watcher::Step::complete(bool ok) {
  auto run = [watcher = watcher_.weak_from_this(), then = then_, ok] {
    const auto alive = watcher.lock();
    if (alive && !alive->is_closed_) ((*alive).*then)(ok);
  };
  boost::asio::post(watcher_.executor_, std::move(run));
  // The last thing: the watcher may go now.
  const std::lock_guard lock(watcher_.mutex_);
  if (--watcher_.under_way_ == 0) watcher_.all_landed_.notify_all();
}

/// Its tag.
Completion* Watcher::begin(Step& step) {
  const std::lock_guard lock(mutex_);
  ++under_way_;
  return &step;
}

void Watcher::wait_until_landed() {
  std::unique_lock lock(mutex_);
  all_landed_.wait(lock, [this] { return under_way_ == 0; });
}

void Watcher::open() {
  Member* member = members_->connected();
  if (member == nullptr) return pause();
  stream_ = std::make_unique<Stream>(*member);
  members_->sign(stream_->context);
  for (const auto& [id, watched] : watched_) stream_->unsent.push_back(creation(id, watched.key));
  stream_->call = member->watch->PrepareAsyncWatch(&stream_->context, &members_->queue());
  ++stream_->under_way;
  stream_->call->StartCall(begin(opening_));
}

void Watcher::opened(bool ok) {
  if (!goes_on(ok)) return;
  stream_->is_open = true;
  read();
  write_next();
}

void Watcher::read() {
  ++stream_->under_way;
  stream_->call->Read(&stream_->answer, begin(reading_));
}

void Watcher::was_read(bool ok) {
  if (!goes_on(ok)) return;
  const WatchResponse answer = std::exchange(stream_->answer, {});
  read();
  const auto found = watched_.find(answer.watch_id());
  // A creation that fails has no number, or its own; a number that is not ours any more is one that
  // we have ended.
  if (answer.canceled() && (answer.created() || found != watched_.end())) return give_up();
  if (found == watched_.end()) return;
  const bool was_missing = answer.created() && std::exchange(found->second.may_have_missed, false);
  if (was_missing || !answer.events().empty()) tell(found->first);
}

void Watcher::write_next() {
  if (!stream_->is_open || stream_->is_over || stream_->unsent.empty()) return;
  if (std::exchange(stream_->is_writing, true)) return;
  ++stream_->under_way;
  stream_->call->Write(stream_->unsent.front(), begin(writing_));
}

void Watcher::written(bool ok) {
  stream_->is_writing = false;
  stream_->unsent.pop_front();
  if (goes_on(ok)) write_next();
}

/// Whether the stream is still good after a step of it.
bool Watcher::goes_on(bool ok) {
  --stream_->under_way;
  if (ok && !stream_->is_over) return true;
  give_up();
  return false;
}

/// What is under way ends, and then the stream.
void Watcher::give_up() {
  stream_->is_over = true;
  stream_->context.TryCancel();
  if (stream_->under_way == 0) finish();
}

void Watcher::finish() {
  stream_->is_finishing = true;
  stream_->call->Finish(&stream_->status, begin(finishing_));
}

void Watcher::finished(bool /*ok*/) {
  // Its connection is lost, or its leader.
  if (stream_->status.error_code() == grpc::StatusCode::UNAVAILABLE)
    members_->leave(stream_->member);
  if (std::chrono::steady_clock::now() - stream_->began > lived_long) next_pause_ = pause_min;
  stream_.reset();
  for (auto& [id, watched] : watched_) watched.may_have_missed = true;
  if (!watched_.empty()) pause();
}

void Watcher::pause() {
  is_pausing_ = true;
  const auto until = std::chrono::system_clock::now() + next_pause_;
  next_pause_ = std::min<std::chrono::milliseconds>(2 * next_pause_, pause_max);
  alarm_.Set(&members_->queue(), until, begin(pausing_));
}

void Watcher::paused(bool /*ok*/) {
  is_pausing_ = false;
  if (!watched_.empty()) open();
}

void Watcher::close() {
  is_closed_ = true;
  watched_.clear();
  alarm_.Cancel();
  if (stream_) stream_->context.TryCancel();
  wait_until_landed();
  if (stream_ && !stream_->is_finishing) {
    finish();
    wait_until_landed();
  }
  stream_.reset();
}

}  // namespace posse::etcd
