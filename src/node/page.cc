/// Serving the page.
// SPDX-License-Identifier: Apache-2.0
#include "node/page.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace posse {
namespace {

/// What the page shows something at. The page reads the path itself.
constexpr std::array places{"/",       "/campaigns/{id}", "/campaigns/{id}/edit",
                            "/log-in", "/sign-up",        "/account",
                            "/sell",   "/sell/new",       "/operator"};
constexpr const char* embedded_place = "/embed/{id}";
constexpr const char* asset_place = "/assets/{file}";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".svg", "image/svg+xml"}}};

/// No inline script or style, nothing from another host, and no text becomes markup but by the
/// page's own templates.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; "
    "trusted-types svelte-trusted-html; frame-ancestors ";

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : types) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

const PageFile* file_at(std::string_view path) {
  const auto found = std::ranges::find(page_files, path, &PageFile::path);
  return found == page_files.end() ? nullptr : &*found;
}

Response response_of(const PageFile& file, const Request& request) {
  const bool is_gzipped = !file.gzipped.empty() && allows_gzip(request.field("accept-encoding"));
  Response response;
  response.set("Content-Type", std::string(type_of(file.path)));
  response.set("Vary", "Accept-Encoding");
  if (is_gzipped) response.set("Content-Encoding", "gzip");
  response.body = is_gzipped ? file.gzipped : file.plain;
  return response;
}

/// The names of these files change with their contents, so they may be kept for ever.
Task<Response> asset(Request request) {
  const PageFile* file = file_at(request.path);
  if (file == nullptr) co_return problem(404, "not_found", "there is nothing at this path");
  const std::string tag = "W/\"" + std::string(file->tag) + "\"";
  Response response;
  if (has_tag(request.field("if-none-match"), tag)) {
    response.status = 304;
  } else {
    response = response_of(*file, request);
  }
  response.set("ETag", tag);
  response.set("Cache-Control", "public, max-age=31536000, immutable");
  co_return response;
}

Response no_page() {
  Response response;
  response.status = 404;
  response.set("Content-Type", "text/plain; charset=utf-8");
  response.set("Cache-Control", "no-store");
  response.body = "This build of Posse has no page: script/build makes one that has.\n";
  return response;
}

Response index(const Request& request, const std::string& framed_by) {
  const PageFile* file = file_at("/index.html");
  if (file == nullptr) return no_page();
  Response response = response_of(*file, request);
  response.set("Content-Security-Policy", std::string(policy) + framed_by);
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Referrer-Policy", "same-origin");
  response.set("Cache-Control", "no-store");
  return response;
}

Task<Response> shown(Request request) {
  co_return index(request, "'none'");
}

/// Anybody may show this one in a frame: it has nothing to press.
Task<Response> embedded(Request request) {
  co_return index(request, "*");
}

}  // namespace

void add_page_routes(Router& router) {
  for (const char* place : places) router.add("GET", place, shown);
  router.add("GET", embedded_place, embedded);
  router.add("GET", asset_place, asset);
}

bool allows_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const std::size_t end = std::min(accepted.find(','), accepted.size());
    std::string one(accepted.substr(0, end));
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
    std::erase_if(one, [](char c) { return c == ' ' || c == '\t'; });
    const std::size_t mark = std::min(one.find(';'), one.size());
    if (!same_token(std::string_view(one).substr(0, mark), "gzip")) continue;
    const std::string_view weight = std::string_view(one).substr(mark);
    const bool is_zero = weight.starts_with(";q=0") || weight.starts_with(";Q=0");
    return !is_zero || weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

}  // namespace posse
