/// Tries every order of every call, with every fault the scenario allows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
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
  std::uint64_t states = 0;        ///< Different ones.
  std::uint64_t steps = 0;         ///< From one to another, which may have been seen before.
  std::uint64_t ends = 0;          ///< States in which nobody moves any more.
  std::uint64_t fenced = 0;        ///< Ends with a fence.
  std::uint64_t batched = 0;       ///< Ends with an entry of several operations.
  std::uint64_t contents = 0;      ///< Different contents of the store.
  std::uint64_t histories = 0;     ///< Different lives of single processes.
  std::set<std::string> in_short;  ///< The ends, if the scenario is one of the model's.
  std::map<std::string, std::uint64_t> told;  ///< Ends in which somebody was told so.
  bool truncated = false;
  Wrong broken;                    ///< The first thing found to be wrong,
  std::vector<std::string> trace;  ///< and how it came to that.
};

/// What came of one course of events.
struct Replayed {
  Wrong broken;
  std::vector<std::string> lines;  ///< What each process was told, then the documents in short.
};

/// Which of the states that wait is next.
enum class Next : std::uint8_t {
  deepest,    ///< Fastest: processes go on from where they are.
  shallowest  ///< The first thing found to be wrong has a shortest trace.
};

/// Over all states: the store's contents, each process's history, writes on their way, and the
/// faults that are left. A state that was seen is not entered again. Who crashes is never answered
/// again, and who is never answered again may as well crash last: so crashes come at the end, to
/// all who still move there.
class Explorer {
 public:
  explicit Explorer(Scenario scenario, Next next = Next::deepest);

  /// Until all is explored, something is broken, or `states_max` states were seen.
  Explored run(std::uint64_t states_max);

  /// One course: the steps as run() prints them, and `rest`, in which everybody who still moves
  /// does so to the end, one process after the other.
  Replayed replay(const std::vector<std::string>& steps);

 private:
  /// One event of a course.
  struct Step {
    std::shared_ptr<const Step> before;
    std::string_view who;              ///< Empty: nobody waits for this write any more.
    std::shared_ptr<const Call> call;  ///< Empty: the process crashes; or, nobody's, time passes.
    std::string_view how;
    std::size_t which = 0;  ///< Of several that read the same, from 0.
    Answer::Kind answer = Answer::Kind::woken;

    std::string text() const;
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
    Steady now{};  ///< If time passes.
    std::shared_ptr<const Step> last;

    bool is_moving(std::size_t process) const {
      return processes[process] && !processes[process]->pending.empty();
    }
  };

  State beginning();
  State led_to_beginning();
  std::uint64_t digest_of(const State& state) const;
  std::uint64_t digest_of_processes(const State& state) const;
  std::optional<State> end_of(const State& state) const;
  State crashed(State state, std::size_t process) const;
  void expand(const State& state);
  std::vector<Pending> next_calls(const State& state, std::size_t process) const;
  void answer_calls(const State& state, std::size_t process);
  void answer_call(const State& state, std::size_t process, const Pending& pending);
  void read_stale(const State& state, std::size_t process, const Pending& pending);
  void lose_answer(const State& state, std::size_t process, const Pending& pending);
  bool is_over(const State& state, const Pending& pending) const;
  bool is_asleep(const State& state) const;
  bool may_pass(const State& state) const;
  void pass_time(const State& state);
  void crash(const State& state, std::size_t process);
  void arrive_late(const State& state, std::size_t late);
  /// One call of one process, about to be answered.
  struct Move {
    std::size_t process;
    const Pending& pending;
    std::string_view how{};
    std::size_t which = 0;
  };
  void go(State next, const Move& move, Answer answer);
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
  std::optional<State> follow(const State& state, const std::string& step);
  std::string impossible_at(const State& state);
  void try_all(const State& state);
  std::optional<State> rest_of(const State& state);
  std::vector<std::string> lines_of(const State& state) const;
  std::string line_of_process(const State& state, std::size_t process) const;
  void fail(const State& state, std::string sentence);
  bool is_wanted(const Step& step) const { return !wanted_ || step.text() == *wanted_; }

  Scenario scenario_;
  Next next_;
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};  // one thread: no locks
  std::vector<std::unique_ptr<Process>> processes_;
  std::deque<State> waiting_;
  boost::unordered_flat_set<std::uint64_t> seen_;
  boost::unordered_flat_set<std::uint64_t> ends_;
  boost::unordered_flat_set<std::uint64_t> judged_;
  boost::unordered_flat_set<std::uint64_t> recovered_;
  const std::string* wanted_ = nullptr;  ///< While a course is replayed: its next step.
  Explored explored_;
};

}  // namespace posse::sim
