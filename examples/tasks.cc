/// A to-do queue: every task is handed to one worker, once, also when a worker is killed.
// SPDX-License-Identifier: Apache-2.0
//
// Handing over is one step: the task's document goes, and one on the worker's desk comes. The
// request is named after task and worker: a worker that has been killed, and does not know what it
// has asked or what came of it, asks for all of it again and finds on its desk what was its own.
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/documents.h"
#include "posse/open.h"

namespace {

constexpr int tasks = 12;

posse::Key todo(int task) {
  return posse::Key("todo/" + std::to_string(task));
}

posse::Key on_desk(const std::string& worker, int task) {
  return posse::Key("desk/" + worker + "/" + std::to_string(task));
}

posse::Change opening() {
  posse::Change change{.request = "opening", .effects = {}};
  for (int task = 1; task <= tasks; ++task) {
    change.effects.push_back(posse::create_effect(todo(task), {{"task", task}}));
  }
  return change;
}

posse::Change hand_over(int task, const std::string& worker) {
  return {.request = "task " + std::to_string(task) + " to " + worker,
          .effects = {posse::remove_effect(todo(task)),
                      posse::create_effect(on_desk(worker, task), {{"task", task}})}};
}

void complain(const posse::Error& error) {
  std::cerr << error.detail << '\n';
}

posse::Task<void> fill(posse::Documents* documents) {
  posse::Change change = opening();
  const auto fate = co_await documents->atomically(std::move(change));
  if (fate && std::holds_alternative<posse::Happened>(*fate))
    std::cout << tasks << " tasks are to be done\n";
}

/// Asks for every task, as if for the first time. `dies_at` is the one at which it is killed.
posse::Task<void> work(posse::Documents* documents, std::string worker, int dies_at) {
  for (int task = 1; task <= tasks; ++task) {
    if (task == dies_at) ::ualarm(300, 0);  // a signal ends the process in 300 us
    posse::Change change = hand_over(task, worker);
    auto fate = co_await documents->atomically(std::move(change));
    while (fate && std::holds_alternative<posse::Pending>(*fate)) {
      auto pending = std::get<posse::Pending>(*std::move(fate));
      fate = co_await documents->ask(std::move(pending));
    }
    if (!fate) complain(fate.error());
  }
}

posse::Task<void> report(posse::Documents* documents) {
  int on_one_desk = 0;
  for (int task = 1; task <= tasks; ++task) {
    std::vector<posse::Key> keys{todo(task), on_desk("ann", task), on_desk("ben", task)};
    const auto read = co_await documents->read(std::move(keys));
    if (!read) co_return complain(read.error());
    const bool is_open = read->at(0).value.has_value();
    const bool is_anns = read->at(1).value.has_value();
    const bool is_bens = read->at(2).value.has_value();
    if (!is_open && is_anns != is_bens) ++on_one_desk;
  }
  std::cout << on_one_desk << " tasks are on one desk\n";
}

using Part = std::function<posse::Task<void>(posse::Documents*)>;

posse::Task<void> play(posse::Documents* documents, Part part) {
  documents->patrol();
  co_await part(documents);
  co_await documents->close();
}

void run(const std::string& url, Part part) {
  boost::asio::io_context io(1);
  const auto opened = posse::open_store(url, posse::Missing::create, io.get_executor());
  if (!opened) {
    std::cerr << opened.error().detail << '\n';
    std::exit(1);
  }
  const auto clock = posse::system_clock(io.get_executor());
  const auto random = posse::system_random();
  posse::Documents documents({(*opened)->store(), *clock, *random, io.get_executor()});
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  };
  boost::asio::co_spawn(io, play(&documents, std::move(part)), ended);
  io.run();
}

/// A process of its own for one worker.
::pid_t start_worker(const std::string& url, const std::string& worker, int dies_at = 0) {
  std::cout << std::flush;
  const ::pid_t process = ::fork();
  if (process != 0) return process;
  run(url, [&](posse::Documents* documents) { return work(documents, worker, dies_at); });
  std::_Exit(0);
}

/// How the process has ended.
std::string end_of(::pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, 0) != process) return "is not there";
  return WIFSIGNALED(status) ? "is killed" : "has asked for every task";
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:tasks-store";
  run(url, fill);
  std::cout << "ann " << end_of(start_worker(url, "ann", 5)) << '\n';
  const ::pid_t ann = start_worker(url, "ann");
  const ::pid_t ben = start_worker(url, "ben");
  std::cout << "ann " << end_of(ann) << '\n';
  std::cout << "ben " << end_of(ben) << '\n';
  run(url, report);
}
