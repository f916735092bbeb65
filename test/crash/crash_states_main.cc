/// The program posse-crash-states: what a power cut can leave of a store, opened and compared.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <lmdb.h>

#include "crash/recorded_run.h"
#include "crash/trial.h"

namespace posse::testing {
namespace {

namespace fs = std::filesystem;

/// A run that has tried less has not tried enough.
constexpr std::uint64_t states_min = 20'000;

/// About 25 s of one core of a small machine, in a debug build.
constexpr Limits all_limits{1'000'000, 10, false};
constexpr int all_rounds = 105;
constexpr int logged_rounds = 150;

/// A fault shows in the first commits, or never.
constexpr Limits fault_limits{4'000, 100, true};
constexpr int fault_rounds = 40;

/// In memory if there is a file system for it, since the disk is what is played here.
class Scratch {
 public:
  Scratch() {
    const fs::path memory("/dev/shm");
    const bool has_memory = ::access(memory.c_str(), W_OK | X_OK) == 0;
    std::string name = (has_memory ? memory : fs::temp_directory_path()) / "posse-crash-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch directory");
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void say(const std::string& line) {
  (void)std::puts(line.c_str());
  (void)std::fflush(stdout);
}

/// Never, and from the first write on, with a log so small that it comes round.
constexpr lmdb::LogPlan no_log{.transactions_min = 1'000'000};
constexpr lmdb::LogPlan small_log{
    .transactions_min = 1, .bytes_min = log_span, .bytes_max = log_span};

/// Whether all of LMDB's ways with a file were met, or all of the log's.
bool is_rich(const RecordedRun& run) {
  const bool is_logged = run.records() > 100 && run.log_turns() > 8 && run.flushes() > 20;
  const bool is_reused = run.records() == 0 && run.reused_pages() > 500;
  return run.commits.size() > 100 && run.shared_commits() > 50 && run.large_values() > 30 &&
         (is_logged || is_reused);
}

/// The driver as it ships. Whether every state is sound.
bool try_driver(const fs::path& scratch, int rounds, const lmdb::LogPlan& log) {
  const auto run = record_run(scratch, {rounds, {}, log});
  if (!run) {
    say("nothing can be said: " + run.error().detail);
    return false;
  }
  say(run->to_text());
  const auto began = std::chrono::steady_clock::now();
  const Verdict verdict = try_states(*run, scratch / "states", all_limits);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  say(std::to_string(verdict.states) + " states, of which " + std::to_string(verdict.torn) +
      " with torn pages and " + std::to_string(verdict.written) + " written to: " +
      std::to_string(verdict.bad()) + " bad; " + std::to_string(seconds.count()) + " s");
  if (verdict.bad() > 0) say("BAD: " + verdict.worst);
  if (verdict.bad() == 0 && verdict.states < states_min) say("TOO FEW STATES");
  if (!is_rich(*run)) say("TOO POOR A RUN");
  return verdict.bad() == 0 && verdict.states >= states_min && is_rich(*run);
}

/// A sync that is left out, with the driver otherwise as it ships.
struct SeededFault {
  const char* name;
  Fault fault;
  lmdb::LogPlan log;
  std::uint64_t Verdict::* found;  ///< What must come of it.
};

/// LMDB itself has its faults, as flags, and the driver is the same as for the real run: so it
/// shows that a missing sync is seen to be missing, and that what comes of it is found. Without any
/// sync a meta page can refer to pages that are not there. Without that of the meta page, whole
/// commits are missing that somebody was told of.
const std::vector<SeededFault> seeded_faults{
    {"no sync of pages (MDB_NOSYNC)", {MDB_NOSYNC}, no_log, &Verdict::damaged},
    {"no sync of the meta page (MDB_NOMETASYNC)", {MDB_NOMETASYNC}, no_log, &Verdict::lost},
    {"no sync of the log", {0, 0, true}, small_log, &Verdict::lost},
    {"no sync of pages while there is a log", {0, MDB_NOSYNC}, small_log, &Verdict::damaged},
    {"no sync of the meta page while there is a log",
     {0, MDB_NOMETASYNC},
     small_log,
     &Verdict::lost},
};

bool find(const SeededFault& fault, const fs::path& scratch) {
  const auto run = record_run(scratch, {fault_rounds, fault.fault, fault.log});
  if (!run) {
    say("nothing can be said: " + run.error().detail);
    return false;
  }
  const Verdict verdict = try_states(*run, scratch / "states", fault_limits);
  const bool is_found = verdict.*fault.found > 0;
  say(std::string(is_found ? "found: " : "NOT FOUND: ") + fault.name + ", of " +
      std::to_string(verdict.states) + " states " + std::to_string(verdict.damaged) +
      " damaged and " + std::to_string(verdict.lost) + " without an acknowledged write");
  say("  " + verdict.worst);
  return is_found;
}

int run() {
  const Scratch scratch;
  std::uint64_t found = 0;
  for (const SeededFault& fault : seeded_faults) found += find(fault, scratch.path()) ? 1U : 0U;
  const bool is_sound = try_driver(scratch.path(), all_rounds, no_log);
  const bool is_log_sound = try_driver(scratch.path(), logged_rounds, small_log);
  say(std::to_string(found) + " of " + std::to_string(seeded_faults.size()) +
      " seeded faults found");
  return is_sound && is_log_sound && found == seeded_faults.size() ? 0 : 1;
}

}  // namespace
}  // namespace posse::testing

int main() {
  try {
    return posse::testing::run();
  } catch (const std::exception& wrong) {
    posse::testing::say(std::string("nothing can be said: ") + wrong.what());
    return 1;
  }
}
