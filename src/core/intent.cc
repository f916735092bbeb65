/// Making, writing and recognising intents.
// SPDX-License-Identifier: Apache-2.0
#include "core/intent.h"

#include <algorithm>

#include "core/digest.h"

namespace posse {

RequestKey request_key(std::string_view owner, std::string_view name, Time issued) {
  const Digest whole = digest_of({owner, name});
  RequestKey key{.issued = issued};
  std::copy_n(whole.begin(), key.bytes.size(), key.bytes.begin());
  return key;
}

Intent Intent::attempt(const RequestKey& request, Random& random) {
  Intent intent;
  std::copy(request.bytes.begin(), request.bytes.end(), intent.bytes_.begin());
  std::uint64_t bits = random.bits();
  for (auto at = request.bytes.size(); at < intent.bytes_.size(); ++at) {
    intent.bytes_.at(at) = static_cast<std::uint8_t>(bits);
    bits >>= 8U;
  }
  return intent;
}

std::optional<Intent> Intent::from(std::string_view text) {
  Intent intent;
  if (!from_text(text, intent.bytes_)) return std::nullopt;
  return intent;
}

std::string Intent::text() const {
  return to_text(bytes_);
}

bool Intent::is_of(const RequestKey& request) const {
  return std::equal(request.bytes.begin(), request.bytes.end(), bytes_.begin());
}

std::array<std::uint8_t, 10> Intent::request() const {
  std::array<std::uint8_t, 10> bytes{};
  std::copy_n(bytes_.begin(), bytes.size(), bytes.begin());
  return bytes;
}

}  // namespace posse
