/// Plain requests and responses.
// SPDX-License-Identifier: Apache-2.0
#include "node/http.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::array<std::pair<unsigned, std::string_view>, 20> reasons{
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

bool split_target(std::string_view target, Request& request) {
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark == std::string_view::npos) return true;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t sign = std::min(pair.find('='), pair.size());
    const auto name = decoded(pair.substr(0, sign));
    const auto value = decoded(sign < pair.size() ? pair.substr(sign + 1) : std::string_view());
    if (!name || !value) return false;
    request.query[*name] = *value;
  }
  return true;
}

}  // namespace posse
