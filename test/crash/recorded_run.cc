/// Recording, and not believing what was recorded.
// SPDX-License-Identifier: Apache-2.0
#include "crash/recorded_run.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "crash/judge.h"
#include "crash/power_cuts.h"
#include "crash/recorder.h"
#include "crash/state_file.h"
#include "crash/workload.h"

namespace posse::testing {
namespace {

/// Fixed, so that a run's writes are the same every time; only the last ones are grouped by chance.
constexpr std::uint64_t workload_seed = 1;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Where the file would stand if each call were the last one and all had reached the disk.
class Confirmation {
 public:
  Confirmation(RecordedRun& run, const std::filesystem::path& directory)
      : run_(run), file_(directory) {}

  /// Finds the commits. What is wrong with the trace, if something is.
  std::string confirm() {
    run_.commits = {0};
    for (std::size_t i = 0; i < run_.trace.size(); ++i) {
      if (auto wrong = pass(run_.trace[i], i); !wrong.empty()) {
        return "event " + std::to_string(i) + ": " + wrong;
      }
    }
    return run_.commits.back() == run_.history.newest() ? "" : "commits are missing in the trace";
  }

 private:
  std::string pass(const Event& event, std::size_t position) {
    if (event.kind == Event::Kind::unknown) return "a call that is not understood";
    if (event.kind == Event::Kind::acknowledged) {
      return event.place <= run_.commits.back() ? "" : "an answer before its commit";
    }
    if (event.kind != Event::Kind::write && event.kind != Event::Kind::durable_write) return {};
    write_to(image_, event.place, event.bytes);
    if (is_commit(event)) return commit(event, position);
    const bool is_log = event.place < log_span;
    if (event.kind == Event::Kind::durable_write && !is_log) {
      return "a durable write that is no meta page";
    }
    const bool is_whole = event.place % page_bytes == 0 && event.bytes.size() % page_bytes == 0;
    return is_whole ? "" : "a write of parts of pages";
  }

  std::string commit(const Event& event, std::size_t position) {
    if (is_meta(event) &&
        event.place / sector_bytes != (event.place + event.bytes.size() - 1) / sector_bytes) {
      return "a meta page in two sectors";
    }
    file_.hold(image_);
    const auto contents = read_all(file_.directory());
    if (file_.is_changed()) file_.forget();
    if (!contents) return contents.error().detail;
    for (auto version = run_.commits.back() + 1; version <= contents->version; ++version) {
      if (run_.history.at(version).begun > position) return "a commit of what had not begun";
    }
    run_.commits.push_back(contents->version);
    return run_.history.compare(contents->documents, contents->version);
  }

  RecordedRun& run_;
  StateFile file_;
  std::string image_;
};

}  // namespace

std::size_t RecordedRun::shared_commits() const {
  std::size_t count = 0;
  for (std::size_t i = 1; i < commits.size(); ++i)
    count += commits[i] > commits[i - 1] + 1 ? 1U : 0U;
  return count;
}

std::size_t RecordedRun::large_values() const {
  std::size_t count = 0;
  for (std::uint64_t version = 1; version <= history.newest(); ++version) {
    count += history.at(version).value.size() > page_bytes ? 1U : 0U;
  }
  return count;
}

std::size_t RecordedRun::reused_pages() const {
  std::set<std::uint64_t> places;
  return static_cast<std::size_t>(std::ranges::count_if(trace, [&places](const Event& event) {
    return event.kind == Event::Kind::write && event.place >= log_span &&
           !places.insert(event.place).second;
  }));
}

std::size_t RecordedRun::records() const {
  return static_cast<std::size_t>(std::ranges::count_if(trace, is_record));
}

std::size_t RecordedRun::log_turns() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      trace, [](const Event& event) { return is_record(event) && event.place == page_bytes; }));
}

std::size_t RecordedRun::flushes() const {
  const auto first = std::ranges::find_if(trace, is_record);
  return static_cast<std::size_t>(std::count_if(first, trace.end(), is_meta));
}

std::string RecordedRun::to_text() const {
  return std::to_string(commits.size() - 1) + " commits of " + std::to_string(history.newest()) +
         " writes, " + std::to_string(shared_commits()) + " of them of several, " +
         std::to_string(large_values()) + " values larger than a page, " +
         std::to_string(reused_pages()) + " writes to used places, " + std::to_string(records()) +
         " records in " + std::to_string(log_turns()) + " turns of the log, " +
         std::to_string(flushes()) + " commits after them, files of " +
         std::to_string(replay(trace).size() / 1024) + " KiB";
}

Result<RecordedRun> record_run(const std::filesystem::path& directory, const Plan& plan) {
  RecordedRun run;
  Workload workload(workload_seed, plan.log);
  std::string wrong;
  {
    const Recording recording(directory / "run", plan.fault);
    wrong = workload.run(directory / "run", plan.rounds);
    run.trace = Recording::take();
  }
  run.history = workload.history();
  std::string files = read_file(directory / "run" / "log.mdb");
  files.resize(log_span);
  files += read_file(directory / "run" / "data.mdb");
  if (wrong.empty() && replay(run.trace) != files) {
    wrong = "the recorded writes do not come to the files on the disk";
  }
  std::filesystem::create_directory(directory / "replayed");
  if (wrong.empty()) wrong = Confirmation(run, directory / "replayed").confirm();
  std::filesystem::remove_all(directory / "run");
  std::filesystem::remove_all(directory / "replayed");
  if (!wrong.empty()) return Error{Errc::unreadable, wrong};
  return run;
}

}  // namespace posse::testing
