/// A child judges, and tells by shared memory how far it has come.
// SPDX-License-Identifier: Apache-2.0
#include "crash/trial.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash/judge.h"
#include "crash/power_cuts.h"

namespace posse::testing {
namespace {

constexpr std::uint64_t seed = 20;
/// Of so many states, one has to take a write: it costs as much as ten others.
constexpr std::uint64_t written_every = 37;
/// A state that takes longer sends LMDB round in circles.
constexpr unsigned state_seconds_max = 20;

/// Whatever a child that dies leaves behind. Zeros to begin with.
struct Progress {
  std::uint64_t started = 0;  ///< States that a child has begun to judge.
  std::uint64_t torn = 0;
  std::uint64_t written = 0;
  std::uint64_t lost = 0;
  std::uint64_t damaged = 0;
  bool is_over = false;
  std::array<char, 8192> state{};  ///< The one that is being judged.
  std::array<char, 8192> worst{};
  bool is_worst_damaged = false;
};

void keep(std::array<char, 8192>& place, std::string_view text) {
  const auto size = std::min(text.size(), place.size() - 1);
  std::memcpy(place.data(), text.data(), size);
  place[size] = '\0';
}

void note(Progress& progress, const Flaw& flaw) {
  const bool is_damaged = flaw.kind == Flaw::Kind::damaged;
  const bool is_first = progress.lost + progress.damaged == 0;
  ++(is_damaged ? progress.damaged : progress.lost);
  if (!is_first && (progress.is_worst_damaged || !is_damaged)) return;
  progress.is_worst_damaged = is_damaged;
  keep(progress.worst, flaw.detail + "; " + progress.state.data());
}

/// In shared memory for the object's lifetime.
class SharedProgress {
 public:
  SharedProgress()
      : place_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                      -1, 0)) {
    if (place_ == MAP_FAILED) throw std::runtime_error("no shared memory");
    progress_ = new (place_) Progress();
  }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  ~SharedProgress() { ::munmap(place_, sizeof(Progress)); }

  Progress& operator*() const { return *progress_; }

 private:
  void* place_;
  Progress* progress_ = nullptr;
};

/// Judges from where the child before has ended.
void judge_rest(const RecordedRun& run, Judge& judge, const Limits& limits, Progress& progress) {
  const std::uint64_t judged = progress.started;
  std::uint64_t index = 0;
  const auto visit = [&](const Cut& cut) {
    if (index++ < judged) return true;
    if (progress.started >= limits.states_max) return false;
    ++progress.started;
    progress.torn += cut.is_torn() ? 1U : 0U;
    keep(progress.state, cut.to_text());
    ::alarm(state_seconds_max);
    const bool is_written = index % written_every == 0;
    progress.written += is_written ? 1U : 0U;
    const auto flaw = is_written ? judge.judge_and_write(cut) : judge.judge(cut);
    if (flaw) note(progress, *flaw);
    return progress.lost + progress.damaged < limits.bad_max;
  };
  PowerCuts(run.trace, seed).visit_all(visit);
  progress.is_over = true;
}

[[noreturn]] void be_child(const RecordedRun& run, Judge& judge, const Limits& limits,
                           Progress& progress) {
  // Whoever stops the parent means the child too.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (limits.is_quiet) ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
  judge_rest(run, judge, limits, progress);
  std::_Exit(EXIT_SUCCESS);
}

std::string end_of(int status) {
  if (WIFSIGNALED(status)) return std::string("ended by: ") + ::strsignal(WTERMSIG(status));
  return "LMDB has ended the process with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Verdict try_states(const RecordedRun& run, const std::filesystem::path& directory,
                   const Limits& limits) {
  const SharedProgress shared;
  Progress& progress = *shared;
  while (!progress.is_over && progress.lost + progress.damaged < limits.bad_max) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    Judge judge(directory, run.history, run.commits);
    const std::uint64_t before = progress.started;
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) be_child(run, judge, limits, progress);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (progress.is_over) break;
    if (progress.started == before) throw std::runtime_error("the judge fails: " + end_of(status));
    note(progress, {Flaw::Kind::damaged, end_of(status)});
  }
  return {progress.started, progress.torn,    progress.written,
          progress.lost,    progress.damaged, progress.worst.data()};
}

}  // namespace posse::testing
