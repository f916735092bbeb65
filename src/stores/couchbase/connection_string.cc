/// Writing a connection string.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/connection_string.h"

#include <algorithm>
#include <string_view>

namespace posse::couchbase {
namespace {

static_assert(is_told_right(operation_limit));

/// As a value in a connection string: percent signs and digits for all but the plainest.
std::string in_percents(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain_marks = "-_.~/";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || plain_marks.find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

bool is_of_ipv6(std::string_view node) {
  return node.starts_with('[');
}

void append_file(std::string& text, const char* name, const std::filesystem::path& file) {
  if (!file.empty()) text += std::string("&") + name + '=' + in_percents(file.string());
}

}  // namespace

std::string connection_string(const CouchbasePlace& place) {
  std::string text = place.is_secure ? "couchbases://" : "couchbase://";
  for (const std::string& node : place.nodes) {
    if (&node != &place.nodes.front()) text += ',';
    text += node;
  }
  // In seconds. Nothing reads the library's own spans and counts.
  text += "?operation_timeout=2.57&query_timeout=2.57&enable_tracing=false";
  text += "&enable_operation_metrics=false&client_string=posse";
  // Else the library asks for a service record of a single name, and stands still meanwhile.
  text += "&dnssrv=off";
  // Which it does not use by itself.
  if (std::ranges::any_of(place.nodes, is_of_ipv6)) text += "&ipv6=allow";
  append_file(text, "truststorepath", place.files.ca);
  append_file(text, "certpath", place.files.cert);
  append_file(text, "keypath", place.files.key);
  return text;
}

}  // namespace posse::couchbase
