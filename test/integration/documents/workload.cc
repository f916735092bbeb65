/// Histories, and what both workloads ask.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <variant>

namespace posse::testing {
namespace json = boost::json;
namespace {

[[noreturn]] void give_up(const std::string& sentence) {
  (void)std::fprintf(stderr, "posse_documents_load: %s\n", sentence.c_str());
  std::_Exit(3);
}

json::object fate_of(const Fate& fate) {
  if (const auto* happened = std::get_if<Happened>(&fate)) {
    return {{"fate", "happened"}, {"repeated", happened->repeated}};
  }
  if (const auto* refusal = std::get_if<Refusal>(&fate)) {
    return {{"fate", "refused"}, {"code", refusal->code}};
  }
  return {{"fate", "pending"}};
}

json::object fate_of(const Error& error) {
  return {{"fate", "error"}, {"code", static_cast<int>(error.code)}, {"detail", error.detail}};
}

}  // namespace

History::History(const std::string& file)
    : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) give_up("cannot write " + file);
}

History::~History() {
  (void)::close(file_);
}

void History::tell(json::object event) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  event["t"] = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  const std::string line = json::serialize(event) + '\n';
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    give_up("cannot write the history");
}

Task<bool> change_and_tell(Stage* stage, std::string name, Change change) {
  auto answer = co_await stage->documents.atomically(std::move(change));
  json::object said = answer ? fate_of(*answer) : fate_of(answer.error());
  said["op"] = name;
  stage->history.tell(said);
  if (!answer) co_return false;
  auto* pending = std::get_if<Pending>(&*answer);
  if (pending == nullptr) co_return true;
  answer = co_await stage->documents.ask(std::move(*pending));
  said = answer ? fate_of(*answer) : fate_of(answer.error());
  // An error of the question says nothing of the change.
  if (!answer) said["fate"] = "pending";
  said["op"] = name;
  said["asked"] = true;
  stage->history.tell(said);
  co_return answer && !std::holds_alternative<Pending>(*answer);
}

Task<std::vector<Reading>> read_and_tell(Stage* stage, std::string name, std::vector<Key> keys) {
  auto readings = co_await stage->documents.read(std::move(keys));
  if (readings) co_return *std::move(readings);
  json::object said = fate_of(readings.error());
  said["op"] = name;
  stage->history.tell(said);
  co_return std::vector<Reading>();
}

}  // namespace posse::testing
