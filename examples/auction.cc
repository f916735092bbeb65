/// An auction: what a bid changes depends on what is there when its turn comes.
// SPDX-License-Identifier: Apache-2.0
//
// A bid reads the vase and two purses, decides, and writes them: with nobody in between, however
// many bid at once and from wherever. Who is outbid has the money back in the same step.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/documents.h"
#include "posse/open.h"

namespace {

using Answer = std::variant<posse::Choice, posse::Refusal>;

const posse::Key vase("auction/vase");

posse::Key purse(const std::string& person) {
  return posse::Key("purse/" + person);
}

posse::Effect with_pence(const std::string& person, const posse::Reading& before,
                         std::int64_t more) {
  boost::json::object value = *before.value;
  value["pence"] = value.at("pence").as_int64() + more;
  return posse::set_effect(purse(person), std::move(value));
}

/// `ann` and `ben` bid against each other.
posse::Plan bid(const std::string& person, std::int64_t pence) {
  const std::string rival = person == "ann" ? "ben" : "ann";
  const auto choose = [=](const std::vector<posse::Reading>& found) -> Answer {
    for (const posse::Reading& reading : found) {
      if (!reading.value) return posse::Refusal{"closed", "there is no auction, or no purse", {}};
    }
    const boost::json::object& now = *found[0].value;
    const std::int64_t highest = now.at("pence").as_int64();
    if (pence <= highest) return posse::Refusal{"too_low", "there is a higher bid", {}};
    posse::Choice choice{.note = {{"person", person}, {"pence", pence}}};
    const boost::json::object leading{{"person", person}, {"pence", pence}};
    choice.effects.push_back(posse::set_effect(vase, leading));
    const bool raises = now.at("person").as_string() == person;
    choice.effects.push_back(with_pence(person, found[1], raises ? highest - pence : -pence));
    if (!raises) choice.effects.push_back(with_pence(rival, found[2], highest));
    return choice;
  };
  return {.keys = {vase, purse(person), purse(rival)}, .choose = choose};
}

posse::Task<bool> bid_up(posse::Documents* documents, std::string person, std::int64_t first) {
  for (std::int64_t pence = first; pence <= 100; pence += 2) {
    posse::Plan plan = bid(person, pence);
    const auto fate = co_await documents->atomically(std::move(plan));
    const bool is_told = fate && !std::holds_alternative<posse::Pending>(*fate);
    if (!is_told) co_return false;
  }
  co_return true;
}

posse::Task<void> sell(posse::Documents* documents) {
  posse::Change opening{.effects = {posse::create_effect(vase, {{"person", ""}, {"pence", 0}}),
                                    posse::create_effect(purse("ann"), {{"pence", 500}}),
                                    posse::create_effect(purse("ben"), {{"pence", 500}})}};
  const auto opened = co_await documents->atomically(std::move(opening));
  if (!opened || !std::holds_alternative<posse::Happened>(*opened)) {
    std::cout << "the auction is not open\n";
    co_return;
  }

  using namespace boost::asio::experimental::awaitable_operators;
  const auto [ann, ben] = co_await (bid_up(documents, "ann", 1) && bid_up(documents, "ben", 2));
  if (!ann || !ben) std::cout << "somebody does not know what came of a bid\n";
  std::vector<posse::Key> keys{vase, purse("ann"), purse("ben")};
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
  documents->patrol();
  co_await sell(documents);
  co_await documents->close();
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:auction-store";
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
