/// `posse explain`
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "cli/commands.h"
#include "cli/explanation.h"
#include "core/sequence.h"
#include "journal/explainer.h"

namespace posse {
namespace {

/// Why there is nothing to explain; empty if there is.
std::optional<Refusal> refusal_of(const Explanation& explanation) {
  const std::string& key = explanation.key.text();
  switch (explanation.what) {
    case Explanation::What::participant:
      return {};
    case Explanation::What::nothing:
      return Refusal{.code = "missing", .detail = "there is nothing at " + key, .more = {}};
    case Explanation::What::foreign:
      return Refusal{.code = "not_a_document",
                     .detail = key + " is neither an account nor a document that the journal " +
                               "changes (" + explanation.why + ")",
                     .more = {}};
  }
  return {};
}

Task<Exit> explain(Host* host, Globals globals, Key key) {
  Journal& journal = host->shop().journal();
  Explainer explainer(journal.sequences(), journal.participants());
  const auto explanation = co_await explainer.explain(std::move(key));
  if (!explanation) co_return report(explanation.error());
  if (const auto refusal = refusal_of(*explanation)) co_return report(globals, *refusal);
  co_return report(globals, to_json(*explanation), explanation_text);
}

/// Keys are text: one that JSON cannot hold is nobody's.
bool is_key(const std::string& text) {
  if (text.empty() || text.size() > participant_key_bytes_max) return false;
  boost::json::error_code wrong;
  boost::json::parse(boost::json::serialize(boost::json::string_view(text)), wrong);
  return !wrong;
}

Exit run_explain(const Globals& globals, const std::string& key) {
  if (!is_key(key)) {
    return usage_error("KEY must be 1 to " + std::to_string(participant_key_bytes_max) +
                       " bytes of UTF-8 text");
  }
  return with_host(globals, [&](Host* host) { return explain(host, globals, Key(key)); });
}

}  // namespace

void add_explain_command(CLI::App& app, Chosen& chosen) {
  auto key = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "explain", "Say why a document is held, by what, what comes next, and what changed it last");
  command->add_option("KEY", *key, "account/NAME, or the key of a document")->required();
  add_store_option(*command, chosen);
  add_json_option(*command, chosen);
  command->callback([&chosen, key] {
    chosen.run = [&chosen, key] { return run_explain(chosen.globals, *key); };
  });
}

}  // namespace posse
