/// Starting nodes.
// SPDX-License-Identifier: Apache-2.0
#include "cli/node_process.h"

#include <fstream>
#include <sstream>
#include <unistd.h>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "client/node_client.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

constexpr auto ready_within = 10s;

/// Settings of a node that many follow, in a file.
std::filesystem::path settings_for(const NodePlan& plan) {
  constexpr std::size_t buyers_max = 4096;
  const std::size_t connections = plan.streams + buyers_max;
  auto path = plan.logs / (plan.name + ".toml");
  std::ofstream(path) << "[limits]\nstreams = " << plan.streams << "\nconnections = " << connections
                      << "\nconnections_of_a_peer = " << connections << '\n';
  return path;
}

}  // namespace

std::vector<NodeAddress> free_addresses(boost::asio::io_context& io, std::size_t count) {
  using Tcp = boost::asio::ip::tcp;
  std::vector<Tcp::acceptor> taken;
  std::vector<NodeAddress> addresses;
  for (std::size_t i = 0; i < count; ++i) {
    const Tcp::endpoint any(boost::asio::ip::make_address("127.0.0.1"), 0);
    const auto& acceptor = taken.emplace_back(io, any);
    const std::string port = std::to_string(acceptor.local_endpoint().port());
    addresses.push_back({.host = "127.0.0.1", .port = port, .url = "http://127.0.0.1:" + port});
  }
  return addresses;
}

Child start_node(const NodePlan& plan) {
  std::vector<std::string> words{"node",
                                 "--store",
                                 plan.store,
                                 "--listen",
                                 plan.address.host + ":" + plan.address.port,
                                 "--id",
                                 plan.name,
                                 "--threads",
                                 std::to_string(plan.threads),
                                 "--log-level",
                                 "warning",
                                 "--ends-with-parent"};
  if (plan.streams > 0) words.insert(words.end(), {"--config", settings_for(plan).string()});
  return Child(std::move(words), plan.logs / (plan.name + ".log"));
}

Task<bool> becomes_ready(Host* host, NodeAddress address) {
  NodeClient client(host->io().get_executor(), host->clock(), {std::move(address)}, "");
  client.set_waits({.connect = 1s, .answer = 5s, .any = ready_within, .in_all = ready_within});
  Ask ask;
  ask.target = "/readyz";
  const Reply reply = co_await client.insist(std::move(ask));
  co_return reply.status == 200;
}

std::chrono::milliseconds processor_time(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string stat;
  std::getline(file, stat);
  // proc(5): the name, which may have spaces, ends at the last `)`; utime and stime are fields 14
  // and 15.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string passed_over;
  for (int field = 3; field < 14; ++field) fields >> passed_over;
  std::int64_t user = 0;
  std::int64_t system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / ::sysconf(_SC_CLK_TCK)};
}

}  // namespace posse
