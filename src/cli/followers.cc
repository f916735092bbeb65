/// Watching.
// SPDX-License-Identifier: Apache-2.0
#include "cli/followers.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"
#include "core/text.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// Streams that are opened before looking whether they are there: a listener has a short queue.
constexpr std::size_t opened_at_once = 64;

}  // namespace

Followers::Followers(Host& host, NodeAddress node, Name campaign, std::size_t count)
    : host_(host),
      target_("/v1/campaigns/" + campaign.text() + "/events"),
      tasks_(host.io().get_executor()) {
  for (std::size_t i = 0; i < count; ++i) {
    auto client = std::make_unique<NodeClient>(host.io().get_executor(), host.clock(),
                                               std::vector<NodeAddress>{node}, "");
    client->set_waits({.connect = 5s, .answer = 10s, .any = 1s, .in_all = 1s});
    clients_.push_back(std::move(client));
  }
}

Task<void> Followers::start() {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    tasks_.spawn(follow(clients_[i].get()));
    while (following_ + opened_at_once <= i) co_await host_.clock().sleep(1ms);
  }
  while (following_ < clients_.size()) co_await host_.clock().sleep(1ms);
}

Task<void> Followers::follow(NodeClient* client) {
  bool first = true;
  auto listener = [this, &first](const ServerEvent& event) {
    if (std::exchange(first, false)) ++following_;
    return hear(event);
  };
  const Reply ended = co_await client->follow(target_, std::move(listener));
  (void)ended;  // the node has gone, or there was enough
}

bool Followers::hear(const ServerEvent& event) {
  if (stopped_) return false;
  if (!counting_) return true;
  boost::system::error_code wrong;
  const auto state = boost::json::parse(event.data, wrong);
  if (wrong || !state.is_object()) return true;
  const auto as_of = from_rfc3339(text_in(state.get_object(), "as_of").value_or(""));
  if (as_of) ages_.add(std::max(host_.clock().now() - *as_of, std::chrono::milliseconds{0}));
  return true;
}

}  // namespace posse
