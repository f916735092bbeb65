/// Printing.
// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <algorithm>
#include <cstdio>

namespace posse {
namespace {

/// Without what could command a terminal: a document may be forged, and a node may be anybody.
std::string printable(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // U+0080 to U+009F
    const bool control = (byte < ' ' && byte != '\n') || byte == 0x7F || c1;
    out += control ? '?' : text[i];
    if (c1) ++i;
  }
  return out;
}

/// The same in one line.
std::string sentence_of(const std::string& text) {
  std::string line = printable(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

void write(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

}  // namespace

void print(const boost::json::object& json) {
  write(boost::json::serialize(json) + "\n");
}

void print(const std::string& text) {
  write(printable(text));
}

Exit usage_error(const std::string& sentence) {
  (void)std::fprintf(stderr, "posse: %s\n", sentence_of(sentence).c_str());
  return Exit::usage;
}

Exit report(const Error& error) {
  const char* alarm = error.code == Errc::books_broken ? "ALARM, the books are broken: " : "";
  (void)std::fprintf(stderr, "posse: %s%s\n", alarm, sentence_of(error.detail).c_str());
  return exit_of(error);
}

Exit report(const Globals& globals, const boost::json::object& view, TextOf* text) {
  if (globals.json)
    print(view);
  else
    print(text(view));
  return Exit::fine;
}

Exit report(const Globals& globals, const Refusal& refusal) {
  if (refusal.code == "bad_request") return usage_error(refusal.detail);
  if (globals.json)
    print(to_json(refusal));
  else
    (void)std::fprintf(stderr, "posse: refused (%s): %s\n", sentence_of(refusal.code).c_str(),
                       sentence_of(refusal.detail).c_str());
  return Exit::refused;
}

Exit report(const Globals& globals, const boost::json::object& view, const Told& told) {
  const Exit exit = report(globals, view, told.text);
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (is_written || told.ask_again.empty()) return exit;
  (void)std::fprintf(stderr, "posse: undecided: the answer could not be written; %s\n",
                     sentence_of(told.ask_again).c_str());
  return Exit::undecided;
}

Exit report_undecided(const Globals& globals, const std::string& reason, std::string_view intent,
                      const Told& told) {
  const std::string detail = reason + "; " + told.ask_again;
  if (!globals.json) {
    (void)std::fprintf(stderr, "posse: undecided: %s\n", sentence_of(detail).c_str());
    return Exit::undecided;
  }
  boost::json::object said{{"code", "undecided"}, {"intent", nullptr}, {"detail", detail}};
  if (!intent.empty()) said["intent"] = intent;
  if (!told.key.empty()) said["key"] = told.key;
  print(said);
  return Exit::undecided;
}

}  // namespace posse
