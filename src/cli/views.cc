/// The shop's answers for people.
// SPDX-License-Identifier: Apache-2.0
#include "cli/views.h"

#include <algorithm>
#include <exception>

#include "core/text.h"

namespace posse {
namespace json = boost::json;
namespace {

std::string text(const json::object& object, std::string_view field) {
  return std::string(object.at(field).as_string());
}

std::string number(const json::value& value) {
  return with_thousands(value.to_number<std::uint64_t>());
}

std::string number(const json::object& object, std::string_view field) {
  return number(object.at(field));
}

/// For what people look up, not what they read.
std::string plain_number(const json::object& object, std::string_view field) {
  return std::to_string(object.at(field).to_number<std::uint64_t>());
}

}  // namespace

std::string token_text(const json::object& session) {
  return text(session, "token") + "\n";
}

std::string key_text(const json::object& key) {
  (void)text(key, "id");
  return text(key, "key") + "\n";
}

std::string keys_text(const json::object& keys) {
  std::string out;
  for (const auto& one : keys.at("keys").as_array()) {
    const json::object& key = one.as_object();
    out += text(key, "id") + " made " + text(key, "created_at") + "\n";
  }
  return out.empty() ? "no keys\n" : out;
}

std::string account_text(const json::object& account) {
  std::string out = text(account, "name") + " (" + text(account, "role") + "): balance " +
                    number(account, "balance") + ", can spend " + number(account, "spendable") +
                    ", " + number(account, "settled") +
                    (number(account, "settled") == "1" ? " operation" : " operations") +
                    " settled\n";
  for (const auto& one : account.at("holds").as_array()) {
    const json::object& hold = one.as_object();
    out += "  undecided: " + text(hold, "intent") + " in " + text(hold, "sequence") + ", entries " +
           plain_number(hold, "first") + " to " + plain_number(hold, "last") + "\n";
  }
  return out;
}

std::string campaign_text(const json::object& campaign) {
  std::string out = text(campaign, "id") + " by " + text(campaign, "owner");
  if (const auto title = text(campaign, "title"); !title.empty()) out += " \"" + title + "\"";
  out += ": " + number(campaign.at("tip").as_object(), "slot") + " sold, ";
  if (!campaign.at("price").is_null())
    return out + "the next costs " + number(campaign, "price") + "\n";
  std::string refusal = text(campaign, "refusal");
  std::ranges::replace(refusal, '_', ' ');
  return out + refusal + "\n";
}

std::string sale_text(const json::object& sale) {
  return std::string(sale.at("repeated").as_bool() ? "bought before: " : "sold: ") + "slot " +
         number(sale, "slot") + " of " + text(sale, "campaign") + " for " + number(sale, "price") +
         " (entry " + plain_number(sale, "entry") + ", key " + text(sale, "key") + ")\n";
}

std::string booked_text(const json::object& booked) {
  return std::string(booked.at("repeated").as_bool() ? "booked before: " : "booked: ") +
         number(booked, "amount") + " for " + text(booked, "account") + " (reference " +
         text(booked, "reference") + ")\n";
}

std::string harvested_text(const json::object& harvested) {
  std::string out;
  for (const auto& [campaign, sum] : harvested.at("paid").as_object())
    out += "paid " + number(sum) + " from " + std::string(campaign) + "\n";
  if (out.empty()) out = "nothing to pay\n";
  return out + "balance " + number(harvested, "balance") + "\n";
}

bool is_read_by(TextOf* text, const json::value& value) {
  if (!value.is_object()) return false;
  try {
    (void)text(value.get_object());
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace posse
