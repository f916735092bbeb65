/// A guest list with a limit: a kind of effect of one's own.
// SPDX-License-Identifier: Apache-2.0
//
// A guest is invited if there is room and he is not on the list yet, whoever else invites at that
// moment, and his dinner is paid for in the same step. `invite` is data: whoever recovers a change
// applies it, so every process that uses the store learns it first, and it never means anything
// else.
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/documents.h"
#include "posse/open.h"

namespace {

const posse::Key party("party");
const posse::Key purse("purse");

posse::Refusal refusal(std::string code, std::string detail) {
  return {.code = std::move(code), .detail = std::move(detail), .more = {}};
}

class Invite final : public posse::Kind {
 public:
  std::optional<posse::Refusal> check(const boost::json::object& details) const override {
    const auto* guest = details.if_contains("guest");
    if (details.size() == 1 && guest != nullptr && guest->is_string()) return {};
    return refusal("malformed", "`invite` needs a text `guest`");
  }

  std::optional<posse::Refusal> admit(const boost::json::object* value,
                                      const boost::json::object& details) const override {
    if (value == nullptr) return refusal("missing", "there is no party");
    const auto& guests = value->at("guests").as_array();
    for (const auto& guest : guests) {
      if (guest == details.at("guest")) return refusal("invited", "is on the list already");
    }
    if (std::cmp_less(guests.size(), value->at("room").as_int64())) return {};
    return refusal("full", "there is no room left");
  }

  void apply(std::optional<boost::json::object>& value,
             const boost::json::object& details) const override {
    value->at("guests").as_array().push_back(details.at("guest"));
  }
};

posse::Change opening() {
  const boost::json::array nobody;
  return {.effects = {posse::create_effect(party, {{"room", 3}, {"guests", nobody}}),
                      posse::create_effect(purse, {{"pence", 5000}})}};
}

posse::Change invite(const std::string& guest) {
  const posse::Effect listed{.key = party, .kind = "invite", .details = {{"guest", guest}}};
  return {.effects = {listed, posse::add_effect(purse, "pence", -1200, 0)}};
}

std::string words_of(const posse::Result<posse::Fate>& fate) {
  if (!fate) return "failed: " + fate.error().detail;
  if (const auto* happened = std::get_if<posse::Happened>(&*fate))
    return happened->repeated ? "happened before" : "happened";
  if (const auto* refusal = std::get_if<posse::Refusal>(&*fate))
    return "refused, " + refusal->code + ": " + refusal->detail;
  return "pending";
}

posse::Task<void> play(posse::Documents* documents) {
  posse::Change first = opening();
  const auto opened = co_await documents->atomically(std::move(first));
  std::cout << "a party: " << words_of(opened) << '\n';
  for (const std::string guest : {"ann", "ben", "ann", "cem", "dora"}) {
    posse::Change change = invite(guest);
    const auto fate = co_await documents->atomically(std::move(change));
    std::cout << guest << ": " << words_of(fate) << '\n';
  }
  std::vector<posse::Key> keys{party, purse};
  const auto readings = co_await documents->read(std::move(keys));
  if (!readings) {
    std::cout << "failed: " << readings.error().detail << '\n';
    co_return;
  }
  for (const posse::Reading& reading : *readings) {
    std::cout << boost::json::serialize(*reading.value) << '\n';
  }
}

posse::Task<void> run(posse::Documents* documents) {
  documents->learn("invite", std::make_unique<Invite>());
  documents->patrol();
  co_await play(documents);
  co_await documents->close();
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:guests-store";
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
