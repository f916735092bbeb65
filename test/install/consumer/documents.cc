/// Two documents changed together, by a program that has the installed package alone.
// SPDX-License-Identifier: Apache-2.0
#include "posse/documents.h"

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/open.h"

namespace {

posse::Task<bool> change(posse::Documents* documents) {
  const posse::Key ann("pot/ann");
  const posse::Key ben("pot/ben");
  std::vector<posse::Effect> effects;
  effects.push_back(posse::create_effect(ann, {{"pence", 100}}));
  effects.push_back(posse::create_effect(ben, {{"pence", 0}}));
  posse::Change made{.request = "pots", .effects = std::move(effects)};
  const auto created = co_await documents->atomically(std::move(made));
  std::vector<posse::Effect> moves{posse::add_effect(ann, "pence", -30, 0),
                                   posse::add_effect(ben, "pence", 30)};
  posse::Change move{.request = "first", .effects = std::move(moves)};
  const auto moved = co_await documents->atomically(std::move(move));
  std::vector<posse::Key> keys{ann, ben};
  const auto read = co_await documents->read(std::move(keys));
  co_await documents->close();
  if (!created || !moved || !read) co_return false;
  co_return (*read)[0].value->at("pence") == 70 && (*read)[1].value->at("pence") == 30;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  boost::asio::io_context io;
  const auto store = posse::open_store(words[1], posse::Missing::create, io.get_executor());
  if (!store) {
    std::puts(store.error().detail.c_str());
    return 3;
  }
  const auto clock = posse::system_clock(io.get_executor());
  const auto random = posse::system_random();
  posse::Documents documents({(*store)->store(), *clock, *random, io.get_executor()});
  bool is_right = false;
  const auto ended = [&](const std::exception_ptr& /*thrown*/, bool right) { is_right = right; };
  boost::asio::co_spawn(io, change(&documents), ended);
  io.run();
  return is_right ? 0 : 1;
}
