/// What all peers have in common.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/peer.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "cli/exit.h"

namespace posse::bench {
namespace {

std::uint8_t digit(char letter) {
  return static_cast<std::uint8_t>(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

}  // namespace

Answer<Sale> answer_of(const Purchase& purchase, const Sold& sold) {
  if (sold.refusal != nullptr) return refuse(sold.refusal, "the peer refuses");
  return Sale{.campaign = purchase.campaign,
              .key = purchase.key,
              .slot = Slot{sold.slot},
              .price = Cents{sold.price},
              .entry = {},
              .intent = {},
              .repeated = sold.repeated};
}

std::string wrong_with(const Books& books, const Goods& goods, std::uint64_t sold) {
  const auto paid_in = number(goods.funds) * static_cast<std::int64_t>(goods.accounts.size());
  const std::string answered = std::to_string(sold) + " purchases were answered, and there are ";
  if (books.balances + books.paid != paid_in) {
    return std::to_string(paid_in) + " cents were there at first, now " +
           std::to_string(books.balances) + " and " + std::to_string(books.paid) + " paid";
  }
  if (books.receipts != sold) return answered + std::to_string(books.receipts) + " receipts";
  if (books.slots != sold) return answered + std::to_string(books.slots) + " slots";
  if (books.broken > 0)
    return "the slots of " + std::to_string(books.broken) + " campaigns are not 1 to N";
  return {};
}

void complain(const std::string& sentence) {
  std::istringstream words(sentence);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  (void)std::fprintf(stderr, "posse-bench-peer: %s\n", line.c_str());
}

void give_up(const std::string& sentence) {
  complain(sentence);
  (void)std::fflush(nullptr);
  std::_Exit(static_cast<int>(Exit::unreachable));
}

KeyBytes bytes_of(const Uuid& key) {
  KeyBytes bytes{};
  std::size_t at = 0;
  const std::string& text = key.text();
  for (std::size_t i = 0; i + 1 < text.size() && at < bytes.size(); i += 2) {
    if (text[i] == '-') ++i;
    bytes.at(at++) = static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return bytes;
}

}  // namespace posse::bench
