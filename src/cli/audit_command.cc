/// `posse audit`
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstdio>
#include <unistd.h>

#include "cli/commands.h"
#include "core/text.h"
#include "shop/audit.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

/// One line on a terminal that is written over itself; nothing elsewhere.
class ProgressLine final : public AuditProgress {
 public:
  ~ProgressLine() override {
    if (shown_) (void)std::fputs("\r\033[K", stderr);
  }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Progress& progress) override {
    const auto now = std::chrono::steady_clock::now();
    if (isatty(STDERR_FILENO) == 0 || now - last_ < std::chrono::milliseconds{100}) return;
    last_ = now;
    shown_ = true;
    (void)std::fprintf(stderr, "\r\033[K%s", line(progress).c_str());
  }

 private:
  static std::string line(const Progress& progress) {
    std::string text(progress.phase);
    text += " " + with_thousands(progress.done);
    if (!progress.total || *progress.total == 0) return text;
    constexpr std::uint64_t width = 30;
    const std::uint64_t filled = std::min(width, progress.done * width / *progress.total);
    return text + " of " + with_thousands(*progress.total) + " [" + std::string(filled, '#') +
           std::string(width - filled, '.') + "]";
  }

  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

void print_books(const Globals& globals, const AuditReport& books,
                 const std::optional<Repairs>& repairs) {
  if (globals.json) {
    boost::json::object json = to_json(books);
    if (repairs) {
      json["repaired"] =
          boost::json::object{{"entries", repairs->entries}, {"holds", repairs->holds}};
    }
    print(json);
    return;
  }
  if (repairs) {
    print("repaired: finished entries " + with_thousands(repairs->entries) + ", decided holds " +
          with_thousands(repairs->holds) + "\n");
  }
  print(to_text(books));
}

Task<Exit> audit(Host* host, Globals globals, bool with_repair) {
  Audit audit(host->shop().journal(), host->scan(), host->clock());
  std::optional<ProgressLine> line(std::in_place);
  std::optional<Repairs> repairs;
  if (with_repair) {
    auto repaired = co_await audit.repair(&*line);
    if (!repaired) co_return report(repaired.error());
    repairs = *std::move(repaired);
  }
  const auto books = co_await audit.run(&*line);
  line.reset();
  if (!books) co_return report(books.error());
  const bool failed = repairs && !repairs->failures.empty();
  if (failed) {
    for (const auto& failure : repairs->failures) {
      (void)report(Error{Errc::unreadable, failure});
    }
  }
  print_books(globals, *books, repairs);
  co_return books->sound() && !failed ? Exit::fine : Exit::refused;
}

}  // namespace

void add_audit_command(CLI::App& app, Chosen& chosen) {
  auto with_repair = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "audit", "Read everything, check every invariant, print the books; safe while others buy");
  command->add_flag("--repair", *with_repair,
                    "first finish what is unfinished and decide what is undecided");
  add_store_option(*command, chosen);
  add_json_option(*command, chosen);
  command->callback([&chosen, with_repair] {
    chosen.run = [&chosen, with_repair] {
      return with_host(chosen.globals,
                       [&](Host* host) { return audit(host, chosen.globals, *with_repair); });
    };
  });
}

}  // namespace posse
