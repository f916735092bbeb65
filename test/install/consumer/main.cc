/// A driver written against the installed headers alone.
// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/store.h"

namespace {

/// A store that is never there.
class Nowhere final : public posse::Store {
 public:
  posse::Task<posse::Result<std::optional<posse::Document>>> get(posse::Key key) override {
    co_return posse::Error{posse::Errc::unavailable, key.text()};
  }
  posse::Task<posse::Result<posse::Written>> add(posse::Key key, posse::Bytes /*value*/) override {
    co_return posse::Error{posse::Errc::unavailable, key.text()};
  }
  posse::Task<posse::Result<posse::Written>> cas(posse::Key key, posse::Version /*version*/,
                                                 posse::Bytes /*value*/) override {
    co_return posse::Error{posse::Errc::unavailable, key.text()};
  }
};

posse::Task<bool> is_there(posse::Store* store) {
  const auto read = co_await store->get(posse::Key("a"));
  co_return read.has_value();
}

}  // namespace

int main() {
  Nowhere store;
  boost::asio::io_context io;
  bool there = true;
  auto ended = [&](const std::exception_ptr& /*thrown*/, bool answer) { there = answer; };
  boost::asio::co_spawn(io, is_there(&store), ended);
  io.run();
  return there ? 1 : 0;
}
