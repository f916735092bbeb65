/// Beating, forgetting and leaving.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/membership.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/assert.h"
#include "core/fields.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t members_format = 1;

/// Swaps one beat may lose; the next beat is never far.
constexpr int beat_swaps_max = 16;

Key members_key() {
  return Key{"posse/members"};
}

bool is_before(const Member& member, const std::string& node) {
  return member.node < node;
}

/// The member of this name; null if there is none.
const Member* find(const std::vector<Member>& members, const std::string& node) {
  const auto found = std::lower_bound(members.begin(), members.end(), node, is_before);
  return found == members.end() || found->node != node ? nullptr : &*found;
}

Error named_twice(const std::string& node) {
  return Error{Errc::contended, members_key().text() + ": another node is called `" + node +
                                    "` too; give each its own --id"};
}

Member read_member(const json::value& value, Fields& document) {
  Fields fields(value, "member");
  Member member;
  member.node = fields.text("node", node_name_max);
  member.beat = fields.count("beat");
  member.time = Time{std::chrono::milliseconds{fields.integer("time")}};
  if (!is_node_name(member.node)) fields.refuse("node", node_name_rule);
  if (const auto wrong = fields.finish()) document.refuse("members", wrong->detail);
  return member;
}

}  // namespace

bool is_node_name(const std::string& name) {
  const auto printable = [](char letter) { return letter > ' ' && letter <= '~'; };
  return !name.empty() && name.size() <= node_name_max && std::ranges::all_of(name, printable);
}

Bytes write_members(const std::vector<Member>& members) {
  json::array list;
  list.reserve(members.size());
  for (const auto& member : members) {
    list.push_back(
        json::object{{"node", member.node}, {"beat", member.beat}, {"time", number(member.time)}});
  }
  return json::serialize(json::object{{"v", members_format}, {"members", std::move(list)}});
}

Result<std::vector<Member>> read_members(const Bytes& bytes, const Key& key) {
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  std::vector<Member> members;
  fields.format(members_format);
  for (const auto& item : fields.array("members", members_max)) {
    Member member = read_member(item, fields);
    const bool sorted = members.empty() || members.back().node < member.node;
    if (!sorted) fields.refuse("members", "must be in ascending order of `node`");
    members.push_back(std::move(member));
  }
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return members;
}

Membership::Membership(Doors doors, std::string node)
    : doors_(doors), node_(std::move(node)), alive_{node_} {
  POSSE_ASSERT(is_node_name(node_));
}

Task<Result<void>> Membership::beat() {
  bool has_double = false;
  for (int swaps = 0; swaps < beat_swaps_max; ++swaps) {
    auto read = co_await this->read();
    if (!read) co_return read.error();
    observe(read->members);
    if (is_somebody_else(read->members)) has_double = true;
    std::erase_if(read->members, [&](const Member& member) { return forgotten(member); });
    if (!put_own(read->members)) {
      co_return Error{Errc::too_large, "the posse has " + std::to_string(members_max) +
                                           " members, which is the limit"};
    }
    const Steady before = doors_.clock.steady();
    const auto written = co_await write(*read);
    beat_took_ = doors_.clock.steady() - before;
    const Member* own = find(read->members, node_);
    written_.reset();
    if (!written) co_return written.error();
    if (written->answer == Write::done) {
      written_ = *own;
      if (has_double) co_return named_twice(node_);
      co_return Result<void>{};
    }
    // Refused or unknown: a beat too many does no harm, so it is made again on what is there now.
    co_await step_aside();
  }
  co_return Error{Errc::contended, members_key().text() + ": others changed it each time"};
}

Task<Result<void>> Membership::leave() {
  for (int swaps = 0; swaps < beat_swaps_max; ++swaps) {
    auto read = co_await this->read();
    if (!read) co_return read.error();
    const auto taken_out =
        std::erase_if(read->members, [&](const Member& member) { return member.node == node_; });
    if (taken_out == 0) co_return Result<void>{};
    const auto written = co_await write(*read);
    if (!written) co_return written.error();
    if (written->answer == Write::done) co_return Result<void>{};
    co_await step_aside();
  }
  co_return Error{Errc::contended, members_key().text() + ": others changed it each time"};
}

Task<Result<std::vector<Member>>> Membership::members() {
  auto read = co_await this->read();
  if (!read) co_return read.error();
  co_return std::move(read->members);
}

Task<Result<Membership::Read>> Membership::read() {
  const auto document = co_await doors_.store.get(members_key());
  if (!document) co_return document.error();
  Read read;
  if (!*document) co_return read;
  auto members = read_members((*document)->value, members_key());
  if (!members) co_return members.error();
  read.members = *std::move(members);
  read.version = (*document)->version;
  co_return read;
}

/// The first beat of all creates the document; whoever comes second is refused and reads it.
Task<Result<Written>> Membership::write(const Read& read) {
  Bytes bytes = write_members(read.members);
  if (!read.version) return doors_.store.add(members_key(), std::move(bytes));
  return doors_.store.cas(members_key(), *read.version, std::move(bytes));
}

/// Nodes that were started together would meet again and again.
Task<void> Membership::step_aside() {
  constexpr std::uint64_t pause_ms_max = 64;
  const std::chrono::milliseconds pause{1 + doors_.random.bits() % pause_ms_max};
  return doors_.clock.sleep(pause);
}

void Membership::observe(const std::vector<Member>& members) {
  std::map<std::string, Seen> now;
  for (const auto& member : members) {
    const auto known = seen_.find(member.node);
    // The time too: whoever comes back begins to count again, perhaps with a beat seen before.
    const bool changed = known == seen_.end() || known->second.member != member;
    now[member.node] =
        changed ? Seen{.member = member, .changed = doors_.clock.steady()} : known->second;
  }
  seen_ = std::move(now);

  alive_.clear();
  for (const auto& member : members) {
    if (!forgotten(member)) alive_.push_back(member.node);
  }
  const auto own = std::lower_bound(alive_.begin(), alive_.end(), node_);
  if (own == alive_.end() || *own != node_) alive_.insert(own, node_);
}

/// A member of the last read that has not changed for too long. It may be ourselves after a long
/// pause: then we come back with this beat.
bool Membership::forgotten(const Member& member) const {
  const auto seen = seen_.find(member.node);
  return doors_.clock.steady() - seen->second.changed >= forgotten_after;
}

/// Whether our beat in the document is not the one that we have written.
bool Membership::is_somebody_else(const std::vector<Member>& members) const {
  const Member* own = find(members, node_);
  return written_ && own != nullptr && *own != *written_;
}

/// False if there is no room for us.
bool Membership::put_own(std::vector<Member>& members) const {
  auto own = std::lower_bound(members.begin(), members.end(), node_, is_before);
  if (own == members.end() || own->node != node_) {
    if (members.size() >= members_max) return false;
    own = members.insert(own, Member{.node = node_, .beat = 0, .time = {}});
  }
  ++own->beat;
  own->time = doors_.clock.now();
  return true;
}

}  // namespace posse
