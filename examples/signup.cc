/// Signing up: a name that nobody else has, a profile and a count, in one step.
// SPDX-License-Identifier: Apache-2.0
//
// A name is unique because there is a document of that name, which only one can create. The profile
// and the count come with it or not at all: no name without a profile, no profile that is not
// counted, whoever else signs up at that moment and whoever is killed while he does.
#include <cstddef>
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

const posse::Key site("site");

posse::Key name_key(const std::string& name) {
  return posse::Key("name/" + name);
}

posse::Key profile_key(const std::string& person) {
  return posse::Key("profile/" + person);
}

posse::Change opening() {
  return {.request = "the site opens", .effects = {posse::create_effect(site, {{"people", 0}})}};
}

posse::Change sign_up(const std::string& person, const std::string& name) {
  return {.request = person + " signs up as " + name,
          .effects = {posse::create_effect(name_key(name), {{"person", person}}),
                      posse::create_effect(profile_key(person), {{"name", name}}),
                      posse::add_effect(site, "people", 1)}};
}

/// `profile` is what the person has seen when it chose another name. If it is not so any more, the
/// change is refused.
posse::Change rename(const std::string& person, const std::string& name,
                     const posse::Reading& profile) {
  const std::string before(profile.value->at("name").as_string());
  return {.request = person + " is " + name + " from now on",
          .effects = {posse::remove_effect(name_key(before)),
                      posse::create_effect(name_key(name), {{"person", person}}),
                      posse::set_effect(profile_key(person), {{"name", name}}, profile.state)}};
}

posse::Change describe(const std::string& person, const posse::Reading& profile) {
  boost::json::object described = *profile.value;
  described["about"] = "plays chess";
  return {.request = person + " plays chess, says another window",
          .effects = {posse::set_effect(profile_key(person), described, profile.state)}};
}

std::string words_of(const posse::Result<posse::Fate>& fate) {
  if (!fate) return "failed: " + fate.error().detail;
  if (const auto* happened = std::get_if<posse::Happened>(&*fate))
    return happened->repeated ? "happened before" : "happened";
  if (const auto* refusal = std::get_if<posse::Refusal>(&*fate))
    return "refused, " + refusal->code + ": " + refusal->detail;
  return "pending";
}

void complain(const posse::Error& error) {
  std::cerr << error.detail << '\n';
}

posse::Task<void> change(posse::Documents* documents, posse::Change change) {
  std::cout << change.request << ": ";
  const auto fate = co_await documents->atomically(std::move(change));
  std::cout << words_of(fate) << '\n';
}

posse::Task<void> show(posse::Documents* documents) {
  std::vector<posse::Key> keys{site, name_key("ann"), name_key("anna"), profile_key("p2")};
  const auto readings = co_await documents->read(keys);
  if (!readings) co_return complain(readings.error());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& value = readings->at(i).value;
    std::cout << "  " << keys[i].text() << ' '
              << (value ? boost::json::serialize(*value) : "is not there") << '\n';
  }
}

posse::Task<void> play(posse::Documents* documents) {
  std::vector<posse::Change> first{opening(), sign_up("p1", "ann"), sign_up("p2", "ann")};
  for (posse::Change& one : first) co_await change(documents, std::move(one));
  co_await show(documents);

  const auto profile = co_await documents->read(profile_key("p1"));
  if (!profile) co_return complain(profile.error());
  std::vector<posse::Change> then{rename("p1", "anna", *profile), describe("p1", *profile),
                                  sign_up("p2", "ann")};
  for (posse::Change& one : then) co_await change(documents, std::move(one));
  co_await show(documents);
}

posse::Task<void> run(posse::Documents* documents) {
  documents->patrol();
  co_await play(documents);
  co_await documents->close();
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:signup-store";
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
