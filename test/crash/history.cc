/// Comparing what is there with what was written.
// SPDX-License-Identifier: Apache-2.0
#include "crash/history.h"

#include <limits>

namespace posse::testing {

bool History::close() {
  if (writes_.size() != newest()) return false;
  replaced_.assign(newest() + 1, std::numeric_limits<std::uint64_t>::max());
  documents_.assign(newest() + 1, 0);
  std::map<std::string, std::uint64_t> present;
  for (const auto& [version, write] : writes_) {
    const auto [place, is_new] = present.try_emplace(write.key, version);
    if (!is_new) replaced_[place->second] = version;
    place->second = version;
    documents_[version] = present.size();
  }
  return true;
}

std::string History::compare(const std::vector<Listed>& listed, std::uint64_t version) const {
  if (version > newest()) return "the file counts more writes than there were";
  for (const Listed& each : listed) {
    if (auto wrong = compare(each, version); !wrong.empty()) return each.key.text() + wrong;
  }
  // All are current, of different keys, and as many as there must be: none is missing.
  if (listed.size() == documents_[version]) return {};
  return std::to_string(listed.size()) + " documents instead of " +
         std::to_string(documents_[version]);
}

std::string History::compare(const Listed& listed, std::uint64_t version) const {
  const auto found = static_cast<std::uint64_t>(listed.document.version);
  const auto write = writes_.find(found);
  if (found > version || write == writes_.end()) return " has a version that is not in the file";
  if (write->second.key != listed.key.text()) return " has the version of another document";
  if (replaced_[found] <= version) return " is older than its commit";
  if (write->second.value != listed.document.value) return " has another value";
  return {};
}

}  // namespace posse::testing
