/// Tries every order of every call, with every fault the scenario allows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "sim/oracle.h"
#include "sim/process.h"
#include "sim/scenario.h"

namespace posse::sim {

/// What came of an exploration.
struct Explored {
  std::uint64_t states = 0;     ///< Different ones.
  std::uint64_t steps = 0;      ///< From one to another, which may have been seen before.
  std::uint64_t ends = 0;       ///< States in which nobody moves any more.
  std::uint64_t fenced = 0;     ///< Ends with a fence.
  std::uint64_t batched = 0;    ///< Ends with an entry of several operations.
  std::uint64_t contents = 0;   ///< Different contents of the store.
  std::uint64_t histories = 0;  ///< Different lives of single processes.
  std::map<std::string, std::uint64_t> told;  ///< Ends in which somebody was told so.
  bool truncated = false;
  Wrong broken;                    ///< The first thing found to be wrong,
  std::vector<std::string> trace;  ///< and how it came to that.
};

/// Which of the states that wait is next.
enum class Next : std::uint8_t {
  deepest,    ///< Fastest: processes go on from where they are.
  shallowest  ///< The first thing found to be wrong has a shortest trace.
};

/// Over all states: the store's contents, each process's history, writes on their way, and the
/// faults that are left. A state that was seen is not entered again.
class Explorer {
 public:
  explicit Explorer(Scenario scenario, Next next = Next::deepest);

  /// Until all is explored, something is broken, or `states_max` states were seen.
  /// `progress` is called every now and then.
  Explored run(std::uint64_t states_max, const std::function<void(const Explored&)>& progress);

 private:
  struct Step {
    std::shared_ptr<const Step> before;
    std::string text;
  };
  /// A write nobody waits for any more.
  struct Late {
    std::shared_ptr<const Call> call;
    std::uint64_t digest = 0;
  };
  struct State {
    Contents contents;
    std::vector<HistoryPtr> processes;  ///< Empty: crashed.
    std::vector<Late> late;
    Faults left;
    std::shared_ptr<const Step> last;

    std::uint64_t digest() const;
    bool is_end() const;
  };

  State beginning();
  void expand(const State& state);
  std::vector<Pending> next_calls(const State& state, std::size_t process) const;
  void answer_calls(const State& state, std::size_t process);
  void answer_call(const State& state, std::size_t process, const Pending& pending);
  void read_stale(const State& state, std::size_t process, const Pending& pending);
  void lose_answer(const State& state, std::size_t process, const Pending& pending);
  void crash(const State& state, std::size_t process);
  void arrive_late(const State& state, std::size_t late);
  /// One call of one process, about to be answered.
  struct Move {
    std::size_t process;
    const Pending& pending;
    const char* how = "";
  };
  void go(State next, const Move& move, const Answer& answer);
  State take_waiting();
  void visit(State next);

  void judge_contents(const State& state);
  Wrong judge_holds(const Books& books) const;
  void judge_told(const State& state, const Told& told);
  void judge_refusals(const State& state, const Books& books);
  void judge_end(const State& state);
  Wrong judge_recovery(Contents contents, const State& state);
  Wrong judge_repeats(Contents contents);
  Wrong judge_repeat(const Order& order, Contents& contents);
  std::map<Key, std::int64_t> opening_of(const State& state) const;
  bool is_asked_once(const RequestKey& request) const;
  void judge_sometimes();
  void fail(const State& state, std::string sentence);

  Scenario scenario_;
  Next next_;
  boost::asio::io_context io_{1};
  std::vector<std::unique_ptr<Process>> processes_;
  std::deque<State> waiting_;
  boost::unordered_flat_set<std::uint64_t> seen_;
  boost::unordered_flat_set<std::uint64_t> judged_;
  boost::unordered_flat_set<std::uint64_t> recovered_;
  Explored explored_;
};

}  // namespace posse::sim
