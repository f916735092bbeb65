/// Passwords as we keep them: Argon2id (RFC 9106), never the password.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace posse {

/// Bytes of a password; NIST SP 800-63B asks for at least 8 and for room for 64 characters.
inline constexpr std::size_t password_bytes_min = 8;
inline constexpr std::size_t password_bytes_max = 256;

/// The text to store for `password`: parameters, salt and hash. Takes some 0.2 s and 64 MiB, on
/// purpose; empty if the machine does not have the memory.
std::string hash_password(const std::string& password);

/// Whether `hash` was made of `password`. Takes as long.
bool is_password(const std::string& password, const std::string& hash);

}  // namespace posse
