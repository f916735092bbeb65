/// Printing.
// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <cstdio>

namespace posse {

void print(const boost::json::object& json) {
  print(boost::json::serialize(json) + "\n");
}

void print(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

Exit usage_error(const std::string& sentence) {
  (void)std::fprintf(stderr, "posse: %s\n", sentence.c_str());
  return Exit::usage;
}

Exit report(const Error& error) {
  const char* alarm = error.code == Errc::books_broken ? "ALARM, the books are broken: " : "";
  (void)std::fprintf(stderr, "posse: %s%s\n", alarm, error.detail.c_str());
  return exit_of(error);
}

Exit report(const Globals& globals, const Refusal& refusal) {
  if (refusal.code == "bad_request") return usage_error(refusal.detail);
  if (globals.json)
    print(to_json(refusal));
  else
    (void)std::fprintf(stderr, "posse: refused (%s): %s\n", refusal.code.c_str(),
                       refusal.detail.c_str());
  return Exit::refused;
}

Exit report(const Globals& globals, const Undecided& undecided, const std::string& ask_again) {
  if (globals.json) {
    print(boost::json::object{
        {"code", "undecided"}, {"intent", undecided.intent.text()}, {"detail", ask_again}});
  } else {
    (void)std::fprintf(stderr, "posse: undecided: the store does not say; %s\n", ask_again.c_str());
  }
  return Exit::undecided;
}

}  // namespace posse
