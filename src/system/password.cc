/// Argon2id by libsodium.
// SPDX-License-Identifier: Apache-2.0
#include "system/password.h"

#include <array>

#include <sodium.h>

namespace posse {

std::string hash_password(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (sodium_init() < 0) return {};
  const int status =
      crypto_pwhash_str(text.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
  return status == 0 ? std::string(text.data()) : std::string();
}

bool is_password(const std::string& password, const std::string& hash) {
  // libsodium reads the hash as a text that ends with a zero, of at most this many bytes.
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace posse
