/// Reading once for all, and following.
// SPDX-License-Identifier: Apache-2.0
#include "live/live_documents.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/limits.h"

namespace posse {
namespace {

/// What tells two states of a document apart.
std::optional<Version> version_of(const Seen& seen) {
  if (!seen.document) return {};
  return seen.document->version;
}

}  // namespace

Task<Heard> Subscription::next(std::chrono::milliseconds silence) {
  until_ = clock_.steady() + silence;
  while (!is_new_ && !ended_ && clock_.steady() < until_) {
    woken_ = std::make_unique<Event>();
    co_await woken_->wait();
  }
  if (ended_) co_return Heard::end;
  co_return std::exchange(is_new_, false) ? Heard::change : Heard::silence;
}

void Subscription::end() {
  ended_ = true;
  if (woken_) woken_->set();
}

void Subscription::show(const std::shared_ptr<const Seen>& seen) {
  if (latest_ && version_of(*latest_) == version_of(*seen)) return;
  latest_ = seen;
  is_new_ = true;
  if (woken_) woken_->set();
}

void Subscription::tick() {
  if (woken_ && clock_.steady() >= until_) woken_->set();
}

LiveDocuments::LiveDocuments(LiveSource source, Clock& clock, boost::asio::any_io_executor executor,
                             Aged aged)
    : store_(source.store),
      watch_(source.watch),
      clock_(clock),
      tasks_(std::move(executor)),
      aged_(std::move(aged)) {}

Task<Result<Seen>> LiveDocuments::get(Key key, std::chrono::milliseconds age) {
  const Steady oldest = clock_.steady() - age;
  ++counters_.answers;
  while (true) {
    Line& here = line(key);
    if (here.latest && here.latest->asked >= oldest) {
      aged_(clock_.steady() - here.latest->asked);
      co_return *here.latest;
    }
    // First in line, then the read: a store may answer at once.
    const auto waiting = std::make_shared<Waiting>();
    here.waiting.push_back(waiting);
    if (!std::exchange(here.reading, true)) tasks_.spawn(read(key, &here));
    if (!waiting->ended.is_set()) co_await waiting->ended.wait();
    if (waiting->failure) co_return *waiting->failure;
    if (waiting->seen->asked >= oldest) {
      aged_(clock_.steady() - waiting->seen->asked);
      co_return *waiting->seen;
    }
    // The read that was under way when we came was too old for us: then once more.
  }
}

std::shared_ptr<Subscription> LiveDocuments::subscribe(const Key& key) {
  std::shared_ptr<Subscription> follower(new Subscription(clock_));
  if (closed_) {
    follower->end();
    return follower;
  }
  Line& here = line(key);
  if (here.latest && here.latest->asked >= clock_.steady() - age_max) follower->show(here.latest);
  here.followers.insert(follower);
  if (std::exchange(here.polled, true)) return follower;
  tasks_.spawn(poll(key));
  if (watch_ != nullptr) here.watching = watch_->watch(key, [this, key] { hint(key); });
  return follower;
}

void LiveDocuments::end_subscriptions() {
  closed_ = true;
  for (auto& [key, here] : lines_) {
    for (const auto& follower : here.followers) follower->end();
  }
}

Task<void> LiveDocuments::close() {
  end_subscriptions();
  co_await tasks_.join();
}

std::size_t LiveDocuments::followers() const {
  std::size_t all = 0;
  for (const auto& [key, here] : lines_) all += here.followers.size();
  return all;
}

/// One read, for everybody who waits; a task of its own, so that no caller takes it along. The line
/// stays where it is as long as it is being read.
Task<void> LiveDocuments::read(Key key, Line* line) {
  Line& here = *line;
  const Steady asked = clock_.steady();
  here.asked = asked;
  ++counters_.reads;
  auto document = co_await store_.get(std::move(key));
  here.reading = false;
  std::optional<Error> failure;
  if (document) {
    Seen seen{.document = *std::move(document), .asked = asked};
    const auto before = std::exchange(here.latest, std::make_shared<const Seen>(std::move(seen)));
    const bool is_new = before && version_of(*before) != version_of(*here.latest);
    // It may have come right after the read before.
    if (is_new && !here.followers.empty()) aged_(clock_.steady() - before->asked);
    for (const auto& follower : here.followers) follower->show(here.latest);
  } else {
    ++counters_.failures;
    failure = document.error();
  }
  for (const auto& waiting : std::exchange(here.waiting, {})) {
    waiting->seen = here.latest;
    waiting->failure = failure;
    waiting->ended.set();
  }
}

Task<void> LiveDocuments::poll(Key key) {
  while (true) {
    Line& here = line(key);
    std::erase_if(here.followers, [](const auto& follower) { return follower->ended_; });
    if (here.followers.empty()) break;
    if (here.asked + age_max <= clock_.steady()) {
      const auto seen = co_await get(key, 0ms);
      (void)seen;  // its followers have it; a failure is the next one's to mend
    }
    for (const auto& follower : here.followers) follower->tick();
    co_await clock_.sleep(std::max(here.asked + age_max - clock_.steady(), 1ms));
  }
  Line& here = line(key);
  here.polled = false;
  here.watching.reset();
}

/// Of many hints, the read of the first one shows what all have told of, or the next one's does.
void LiveDocuments::hint(const Key& key) {
  Line& here = line(key);
  const auto ended = [](const auto& follower) { return follower->ended_; };
  if (std::ranges::all_of(here.followers, ended)) return;
  if (!std::exchange(here.hinted, true)) tasks_.spawn(read_early(key));
}

Task<void> LiveDocuments::read_early(Key key) {
  Line& here = line(key);
  const Steady asked = here.asked;
  const Steady earliest = asked + hint_spacing;
  if (earliest > clock_.steady()) co_await clock_.sleep(earliest - clock_.steady());
  here.hinted = false;
  if (closed_ || here.asked != asked) co_return;  // else somebody has read since
  const auto seen = co_await get(key, 0ms);
  (void)seen;
}

/// Whatever is asked for becomes the youngest.
LiveDocuments::Line& LiveDocuments::line(const Key& key) {
  const auto [place, is_new] = lines_.try_emplace(key);
  Line& here = place->second;
  if (is_new)
    here.age = ages_.insert(ages_.end(), &place->first);
  else
    ages_.splice(ages_.end(), ages_, here.age);
  if (is_new && lines_.size() > live_documents_max) forget_the_longest_unasked();
  return here;
}

/// But for the youngest, which somebody is about to use: where all others are busy, there are more.
void LiveDocuments::forget_the_longest_unasked() {
  for (auto key = ages_.begin(); key != std::prev(ages_.end()); ++key) {
    const auto place = lines_.find(**key);
    const Line& here = place->second;
    if (here.reading || here.polled || here.hinted || !here.waiting.empty()) continue;
    lines_.erase(place);
    ages_.erase(key);
    return;
  }
}

}  // namespace posse
