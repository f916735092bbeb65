/// Plain requests and responses.
// SPDX-License-Identifier: Apache-2.0
#include "node/http.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::array<std::pair<unsigned, std::string_view>, 21> reasons{
    {{200, "OK"},
     {201, "Created"},
     {202, "Accepted"},
     {204, "No Content"},
     {304, "Not Modified"},
     {400, "Bad Request"},
     {401, "Unauthorized"},
     {402, "Payment Required"},
     {403, "Forbidden"},
     {404, "Not Found"},
     {405, "Method Not Allowed"},
     {409, "Conflict"},
     {412, "Precondition Failed"},
     {413, "Content Too Large"},
     {414, "URI Too Long"},
     {415, "Unsupported Media Type"},
     {422, "Unprocessable Content"},
     {429, "Too Many Requests"},
     {431, "Request Header Fields Too Large"},
     {500, "Internal Server Error"},
     {503, "Service Unavailable"}}};

/// Percent-encoded text; empty if it is not.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2) return {};
    out += static_cast<char>(byte);
    at += 2;
  }
  return out;
}

/// How many bytes a character of UTF-8 has that begins with `lead`; 0 if none does.
std::size_t length_after(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Whether the second byte leaves a character its shortest form, below 0x110000, and no surrogate.
bool fits(unsigned char lead, unsigned char second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second <= 0x9F;
  if (lead == 0xF0) return second >= 0x90;
  return lead != 0xF4 || second <= 0x8F;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = length_after(lead);
    if (length == 0 || length > text.size()) return false;
    const std::string_view rest = text.substr(1, length - 1);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; };
    if (!std::ranges::all_of(rest, continues)) return false;
    if (length > 1 && !fits(lead, static_cast<unsigned char>(rest.front()))) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Puts the decoded `encoded` into `out`; what is wrong with it, which is called `what`.
std::optional<std::string> decode(std::string_view encoded, const std::string& what,
                                  std::string& out) {
  auto text = decoded(encoded);
  if (!text) return what + " has invalid percent encoding";
  if (!is_utf8(*text)) return what + " is no UTF-8 once its percent encoding is undone";
  out = *std::move(text);
  return {};
}

constexpr std::string_view digits = "0123456789";

/// An IPv6 address in brackets, or a name (RFC 3986, 3.2.2); empty too.
bool is_host(std::string_view text) {
  const bool is_address = text.starts_with('[');
  if (is_address && (text.size() < 3 || !text.ends_with(']'))) return false;
  if (is_address) text = text.substr(1, text.size() - 2);
  const auto fits = [is_address](char c) {
    constexpr std::string_view of_addresses = ":.abcdefABCDEF";
    constexpr std::string_view of_names = "-._~!$&'()*+,;=%";
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (digits.find(c) != std::string_view::npos) return true;
    if (is_address) return of_addresses.find(c) != std::string_view::npos;
    return is_letter || of_names.find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(text, fits) && decoded(text).has_value();
}

/// A proxy's form of a target (RFC 9112, 3.2.2) becomes as all others send it. Its authority is
/// what Host is to say. What is wrong with it, if anything is.
std::optional<std::string> take_authority(std::string_view& target, Request& request) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_token(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    if (authority.empty() || authority.starts_with(':') || !is_authority(authority)) {
      return "the target names no host, or more than a host and a port";
    }
    request.fields["host"] = authority;
    target.remove_prefix(end);
    if (!target.starts_with('/')) request.path = "/";  // an empty path is the same
  }
  return {};
}

}  // namespace

std::string_view Request::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

Response json_response(unsigned status, const json::object& body) {
  Response response{.status = status,
                    .fields = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                    .body = json::serialize(body) + "\n",
                    .stream = {}};
  return response;
}

Response problem(unsigned status, std::string_view code, std::string_view detail,
                 const json::object& more) {
  json::object body{{"type", "about:blank"},
                    {"title", reason_of(status)},
                    {"status", status},
                    {"code", code},
                    {"detail", detail}};
  for (const auto& [name, value] : more) body.emplace(name, value);
  Response response = json_response(status, body);
  response.fields.front().second = "application/problem+json";
  return response;
}

std::string_view reason_of(unsigned status) {
  for (const auto& [number, words] : reasons) {
    if (number == status) return words;
  }
  return "";
}

void Response::set(const std::string& name, std::string value) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  fields.emplace_back(name, std::move(value));
}

bool has_tag(std::string_view tags, std::string_view tag) {
  const auto opaque = [](std::string_view text) { return text.substr(text.find('"')); };
  if (tags == "*") return true;
  while (!tags.empty()) {
    const std::size_t end = std::min(tags.find(','), tags.size());
    std::string_view one = tags.substr(0, end);
    tags.remove_prefix(std::min(end + 1, tags.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.find('"') != std::string_view::npos && opaque(one) == opaque(tag)) return true;
  }
  return false;
}

bool same_token(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

bool is_authority(std::string_view text) {
  const std::size_t from = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = std::min(text.find(':', from), text.size());
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  return is_host(text.substr(0, colon)) && port.find_first_not_of(digits) == std::string_view::npos;
}

std::optional<std::string> split_target(std::string_view target, Request& request) {
  const auto allowed = [](char c) { return c > ' ' && c < '\x7F' && c != '#'; };
  if (!std::ranges::all_of(target, allowed)) {
    return "the target must be ASCII without `#`, and percent-encode all else";
  }
  if (auto wrong = take_authority(target, request)) return wrong;
  const std::size_t mark = target.find('?');
  request.path += target.substr(0, mark);
  std::string path;
  if (auto wrong = decode(request.path, "the path", path)) return wrong;
  if (mark == std::string_view::npos) return {};
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t sign = std::min(pair.find('='), pair.size());
    const std::string_view given = sign < pair.size() ? pair.substr(sign + 1) : "";
    std::string name;
    std::string value;
    if (auto wrong = decode(pair.substr(0, sign), "the query", name)) return wrong;
    if (auto wrong = decode(given, "`" + name + "` in the query", value)) return wrong;
    request.query.emplace(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace posse
