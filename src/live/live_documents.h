/// Live documents: reads of a bounded age, shared by everybody on the node (S1).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/event.h"
#include "core/task_group.h"
#include "posse/clock.h"
#include "posse/store.h"
#include "posse/watch.h"

namespace posse {

/// How old an answer may be, and how often a subscribed document is read.
inline constexpr std::chrono::milliseconds age_max{100};

/// How long after a read a hint has the document read again, at the earliest.
inline constexpr std::chrono::milliseconds hint_spacing{20};

/// Documents without subscribers that a node remembers; the longest unasked go first.
inline constexpr std::size_t live_documents_max = 4096;

/// Where documents are read, and who tells of their changes, if anybody does.
struct LiveSource {
  Store& store;
  Watch* watch = nullptr;
};

/// A document as some read showed it; empty if it did not exist.
struct Seen {
  std::optional<Document> document;
  Steady asked{};  ///< When the read was asked for: it shows what was `done` before.
};

/// Plain numbers since the start of the node, for metrics.
struct LiveCounters {
  std::uint64_t answers = 0;  ///< Asked for by callers.
  std::uint64_t reads = 0;    ///< Of the store.
  std::uint64_t failures = 0;
};

/// What a follower hears.
enum class Heard : std::uint8_t {
  change,   ///< latest() is another state than before; the first time, the first state there is.
  silence,  ///< Nothing for as long as it was ready to wait; also while the store fails.
  end,      ///< Nothing will come any more.
};

/// One follower of one document. Wakes up for every new state; a slow one misses those between.
class Subscription {
 public:
  /// Waits for the next state, for at most about `silence`. At most one call at a time.
  Task<Heard> next(std::chrono::milliseconds silence);

  /// The state of the last change that was heard of.
  const Seen& latest() const { return *latest_; }

  /// Ends it, and lets go whoever waits in next().
  void end();

 private:
  friend class LiveDocuments;

  explicit Subscription(Clock& clock) : clock_(clock) {}

  void show(const std::shared_ptr<const Seen>& seen);
  void tick();

  Clock& clock_;
  std::shared_ptr<const Seen> latest_;
  bool is_new_ = false;
  bool ended_ = false;
  Steady until_{};
  std::unique_ptr<Event> woken_;
};

/// Answers from memory what was read less than 100 ms ago, and else by one read that serves
/// everybody who asks meanwhile. What is followed is read every 100 ms, and earlier on a hint of
/// the store's. Nothing here decides an unlock: the protocol reads for itself.
/// Lives on one executor; close() it before it goes.
class LiveDocuments {
 public:
  /// Hears how old each answer is, and how old each change may be when its followers see it.
  using Aged = std::function<void(std::chrono::milliseconds)>;

  LiveDocuments(LiveSource source, Clock& clock, boost::asio::any_io_executor executor, Aged aged);

  /// `key` as a read showed it that was asked for at most `age` before this call.
  /// Errors: the store's.
  Task<Result<Seen>> get(Key key, std::chrono::milliseconds age = age_max);

  /// Follows `key`, which is read every 100 ms for as long as anybody does; where a watch hints at
  /// changes, also then, but not more often than every 20 ms. end() it.
  std::shared_ptr<Subscription> subscribe(const Key& key);

  /// Ends every subscription, now and later ones too.
  void end_subscriptions();

  /// Also waits for what is under way.
  Task<void> close();

  const LiveCounters& counters() const { return counters_; }
  std::size_t followers() const;

 private:
  /// Somebody who waits for the read under way, and what comes of it.
  struct Waiting {
    Event ended;
    std::shared_ptr<const Seen> seen;
    std::optional<Error> failure;
  };
  struct Line {
    std::shared_ptr<const Seen> latest;
    Steady asked = Steady::min();  // when the last read began, whatever came of it
    bool reading = false;
    std::vector<std::shared_ptr<Waiting>> waiting;
    std::set<std::shared_ptr<Subscription>> followers;
    bool polled = false;
    std::unique_ptr<Watching> watching;  // while polled
    bool hinted = false;                 // a read is to follow
    std::list<const Key*>::iterator age;
  };

  Line& line(const Key& key);
  Task<void> read(Key key, Line* line);
  Task<void> poll(Key key);
  void hint(const Key& key);
  Task<void> read_early(Key key);
  void forget_the_longest_unasked();
  Store& store_;
  Watch* watch_;
  Clock& clock_;
  TaskGroup tasks_;
  Aged aged_;
  std::map<Key, Line> lines_;
  std::list<const Key*> ages_;  // the longest unasked first
  LiveCounters counters_;
  bool closed_ = false;
};

}  // namespace posse
