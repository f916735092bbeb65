/// A bank: money moves between two accounts as a whole, once, and nobody owes any.
// SPDX-License-Identifier: Apache-2.0
//
// An account is a document, a transfer a change of two of them. Its request is the name of the
// order: who has not heard what came of it asks again, and the money does not move again. The floor
// of 0 holds while any number of processes pay at once.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/documents.h"
#include "posse/open.h"

namespace {

const posse::Key ann("bank/ann");
const posse::Key ben("bank/ben");

posse::Change opening() {
  return {.request = "opening",
          .effects = {posse::create_effect(ann, {{"pence", 100}}),
                      posse::create_effect(ben, {{"pence", 0}})}};
}

posse::Change transfer(std::string order, std::int64_t pence) {
  return {.request = std::move(order),
          .effects = {posse::add_effect(ann, "pence", -pence, 0),
                      posse::add_effect(ben, "pence", pence)},
          .note = {{"pence", pence}}};
}

/// What came of a change. The store may not tell for a while: then one asks what became of it.
posse::Task<posse::Result<posse::Fate>> decide(posse::Documents* documents, posse::Change change) {
  auto fate = co_await documents->atomically(std::move(change));
  if (!fate || !std::holds_alternative<posse::Pending>(*fate)) co_return fate;
  auto pending = std::get<posse::Pending>(*std::move(fate));
  co_return co_await documents->ask(std::move(pending));
}

std::string words_of(const posse::Result<posse::Fate>& fate) {
  if (!fate) return "failed: " + fate.error().detail;
  if (const auto* happened = std::get_if<posse::Happened>(&*fate))
    return happened->repeated ? "happened before" : "happened";
  if (const auto* refusal = std::get_if<posse::Refusal>(&*fate))
    return "refused, " + refusal->code + ": " + refusal->detail;
  return "pending";
}

posse::Task<void> pay(posse::Documents* documents) {
  std::vector<posse::Change> changes;
  changes.push_back(opening());
  changes.push_back(transfer("order 1", 70));
  changes.push_back(transfer("order 1", 70));  // asked again
  changes.push_back(transfer("order 1", 7));   // another one by the same name
  changes.push_back(transfer("order 2", 31));
  for (posse::Change& change : changes) {
    std::cout << change.request << ": ";
    const auto fate = co_await decide(documents, std::move(change));
    std::cout << words_of(fate) << '\n';
  }
  std::vector<posse::Key> keys{ann, ben};
  const auto accounts = co_await documents->read(std::move(keys));
  if (!accounts) {
    std::cout << "failed: " << accounts.error().detail << '\n';
    co_return;
  }
  std::cout << "ann has " << accounts->at(0).value->at("pence") << ", ben has "
            << accounts->at(1).value->at("pence") << '\n';
}

posse::Task<void> run(posse::Documents* documents) {
  documents->patrol();
  co_await pay(documents);
  co_await documents->close();
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:bank-store";
  boost::asio::io_context io(1);
  const auto opened = posse::open_store(url, posse::Missing::create, io.get_executor());
  if (!opened) {
    std::cerr << opened.error().detail << '\n';
    return 1;
  }
  const auto clock = posse::system_clock(io.get_executor());
  const auto random = posse::system_random();
  posse::Documents documents({(*opened)->store(), *clock, *random, io.get_executor()});
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  };
  boost::asio::co_spawn(io, run(&documents), ended);
  io.run();
}
