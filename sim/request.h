/// What people ask a node for, and what they are told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "core/intent.h"
#include "shop/shop.h"
#include "sim/timeline.h"

namespace posse::sim {

struct Request {
  enum class Kind : std::uint8_t { buy, deposit, withdraw, login, harvest, show, list };
  Kind kind = Kind::buy;
  std::string account;
  std::string campaign;
  std::int64_t amount = 0;  ///< Or the highest price.
  std::string reference;    ///< Or the key of a purchase: a version 7 UUID.
  std::string content;
  bool reuses_key = false;  ///< For something else than what was asked with it first.

  bool is_buy() const { return kind == Kind::buy; }
  bool moves_money() const { return kind <= Kind::withdraw; }
};

/// `word` is `committed`, `undecided`, `error`, `lost` if there was no answer, or the code of a
/// refusal.
struct Reply {
  std::string word;
  std::uint64_t slot = 0;
  std::int64_t amount = 0;  ///< What was paid, in or out.
  bool repeated = false;

  bool is_committed() const { return word == "committed"; }
  bool is_open() const { return word == "undecided" || word == "error" || word == "lost"; }
  bool is_reuse() const { return word == "key_reused" || word == "reference_reused"; }
  bool is_refusal() const { return !is_committed() && !is_open(); }
};

/// A request and its reply, as whoever asked saw them.
struct Asked {
  Request request;
  Reply reply;
  Moment from{};
  Moment until{};
};

/// What makes requests the same request: kind, account and reference.
using RequestName = std::tuple<Request::Kind, std::string, std::string>;
RequestName name_of(const Request& request);

/// What the journal calls it. Only of one that moves money.
RequestKey key_of(const Request& request);

/// Asks a shop.
Task<Reply> ask_shop(Shop* shop, Request request);

}  // namespace posse::sim
