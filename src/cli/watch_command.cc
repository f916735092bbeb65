/// `posse watch`
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include "cli/commands.h"
#include "cli/remote.h"
#include "core/text.h"
#include "live/live_documents.h"

namespace posse {
namespace json = boost::json;
namespace {

struct Arguments {
  std::string campaign;
  std::string count;
};

/// How long a store may say nothing before a watcher looks whether it still can be read.
constexpr std::chrono::milliseconds silence_max{10'000};

/// Ends the program when nobody reads what it prints any more: a campaign may be quiet for days,
/// and only a write would tell.
class Reader {
 public:
  explicit Reader(const boost::asio::any_io_executor& executor) : out_(executor) {
    boost::system::error_code is_no_pipe;
    (void)out_.assign(::dup(STDOUT_FILENO), is_no_pipe);
    if (is_no_pipe) return;
    out_.async_wait(boost::asio::posix::stream_descriptor::wait_error,
                    [](const boost::system::error_code& wrong) {
                      if (!wrong) ::_exit(static_cast<int>(Exit::fine));
                    });
  }

 private:
  boost::asio::posix::stream_descriptor out_;
};

/// Prints each state once, until there were enough.
class Watcher {
 public:
  Watcher(const Globals& globals, std::int64_t count) : globals_(globals), count_(count) {}

  const Globals& globals() const { return globals_; }

  /// False: enough.
  bool show(const json::object& campaign) {
    json::object state = campaign;
    state.erase("as_of");
    if (state == last_) return true;  // told again by another node
    last_ = std::move(state);
    report(globals_, campaign, campaign_text);
    return ++shown_ != count_;
  }

 private:
  const Globals& globals_;
  std::int64_t count_;  // zero: no end
  std::int64_t shown_ = 0;
  json::object last_;
};

/// Shows what the store has to say until that is enough.
Task<Exit> watch_document(Host* host, LiveDocuments* live, Name id, Watcher* watcher) {
  const Key head = campaign_sequence(id).head();
  const auto first = co_await live->get(head);
  if (!first) co_return report(first.error());
  if (!first->document) {
    co_return report(watcher->globals(),
                     refuse("unknown_campaign", "there is no campaign `" + id.text() + "`"));
  }
  const auto subscription = live->subscribe(head);
  while (true) {
    const Heard heard = co_await subscription->next(silence_max);
    if (heard == Heard::silence) {
      const auto again = co_await live->get(head);
      if (!again) co_return report(again.error());
    }
    if (heard != Heard::change || !subscription->latest().document) continue;
    const Time now = host->clock().now();
    const auto view = view_of(id, *subscription->latest().document, now);
    if (!view) co_return report(view.error());
    if (!watcher->show(to_json(*view, now))) break;
  }
  subscription->end();
  co_return Exit::fine;
}

Task<Exit> watch_store(Host* host, Globals globals, Name id, std::int64_t count) {
  const Reader reader(host->io().get_executor());
  Watcher watcher(globals, count);
  LiveDocuments live({.store = host->store(), .watch = host->watch()}, host->clock(),
                     host->io().get_executor(), [](std::chrono::milliseconds) {});
  const Exit exit = co_await watch_document(host, &live, id, &watcher);
  live.end_subscriptions();
  co_await live.close();
  co_return exit;
}

Task<Exit> watch_nodes(NodeClient* client, Globals globals, Name id, std::int64_t count) {
  const Reader reader(co_await boost::asio::this_coro::executor);
  Watcher watcher(globals, count);
  bool foreign = false;
  const auto listener = [&](const ServerEvent& event) {
    if (event.type != "campaign") return true;
    boost::system::error_code wrong;
    const json::value state = json::parse(event.data, wrong);
    foreign = wrong || !is_read_by(campaign_text, state);
    return !foreign && watcher.show(state.get_object());
  };
  Reply reply = co_await client->follow("/v1/campaigns/" + id.text() + "/events", listener);
  if (foreign) reply.body.clear();
  if (reply.status == 200 && !foreign) co_return Exit::fine;
  co_return report(globals, reply, {.text = campaign_text, .ask_again = {}});
}

Exit run(const Globals& globals, const Arguments& arguments) {
  const auto id = read_name("CAMPAIGN", arguments.campaign);
  if (!id) return Exit::usage;
  std::int64_t count = 0;
  if (!arguments.count.empty()) {
    const auto read = read_number("--count", arguments.count, 1);
    if (!read) return Exit::usage;
    count = *read;
  }
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  if (*place == Place::node) {
    return with_nodes(globals,
                      [&](NodeClient* client) { return watch_nodes(client, globals, *id, count); });
  }
  return with_host(globals, [&](Host* host) { return watch_store(host, globals, *id, count); });
}

}  // namespace

void add_watch_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "watch", "Show a campaign now and at each change; with --json one object a line");
  command->add_option("CAMPAIGN", arguments->campaign, "the campaign")->required();
  command->add_option("--count", arguments->count, "end after so many states; none: no end");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
