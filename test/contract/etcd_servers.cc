/// Starting and killing etcd.
// SPDX-License-Identifier: Apache-2.0
#include "contract/etcd_servers.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto ready_within = 30s;

/// Ports that were free a moment ago.
std::vector<std::string> free_addresses(int count) {
  using Tcp = boost::asio::ip::tcp;
  boost::asio::io_context io;
  std::vector<Tcp::acceptor> taken;
  std::vector<std::string> addresses;
  for (int i = 0; i < count; ++i) {
    taken.emplace_back(io, Tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
    addresses.push_back("127.0.0.1:" + std::to_string(taken.back().local_endpoint().port()));
  }
  return addresses;
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
    output.append(part.data(), size);
  ::pclose(pipe);
  return output;
}

std::string name_of(int member) {
  return "m" + std::to_string(member);
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::string& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

}  // namespace

EtcdServers::EtcdServers(int count, std::vector<std::string> options)
    : options_(std::move(options)), processes_(static_cast<std::size_t>(count), 0) {
  const auto all = free_addresses(2 * count);
  addresses_.assign(all.begin(), all.begin() + count);
  peers_.assign(all.begin() + count, all.end());
  for (int member = 0; member < count; ++member) start(member);
  const auto until = std::chrono::steady_clock::now() + ready_within;
  while (!is_ready()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("etcd does not start");
    std::this_thread::sleep_for(50ms);
  }
}

EtcdServers::~EtcdServers() {
  for (int member = 0; member < count(); ++member) kill(member);
}

void EtcdServers::start(int member) {
  const auto place = static_cast<std::size_t>(member);
  const std::string client = "http://" + addresses_[place];
  const std::string peer = "http://" + peers_[place];
  std::string cluster;
  for (int i = 0; i < count(); ++i) {
    cluster += (i > 0 ? "," : "") + name_of(i);
    cluster += "=http://" + peers_[static_cast<std::size_t>(i)];
  }
  std::vector<std::string> words{"etcd",
                                 "--name",
                                 name_of(member),
                                 "--data-dir",
                                 directory_.path() / name_of(member),
                                 "--listen-client-urls",
                                 client,
                                 "--advertise-client-urls",
                                 client,
                                 "--listen-peer-urls",
                                 peer,
                                 "--initial-advertise-peer-urls",
                                 peer,
                                 "--initial-cluster",
                                 cluster,
                                 "--logger",
                                 "zap",
                                 "--log-level",
                                 "error"};
  words.insert(words.end(), options_.begin(), options_.end());
  const std::string log = directory_.path() / (name_of(member) + ".log");
  const pid_t child = ::fork();
  if (child == 0) become(words, log);
  processes_[place] = child;
}

void EtcdServers::send(int member, int signal) const {
  ::kill(processes_[static_cast<std::size_t>(member)], signal);
}

void EtcdServers::kill(int member) {
  pid_t& process = processes_[static_cast<std::size_t>(member)];
  if (process <= 0) return;
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  process = 0;
}

int EtcdServers::leader() const {
  for (int member = 0; member < count(); ++member) {
    const std::string metrics =
        output_of("curl -sf -m 1 http://" + addresses_[static_cast<std::size_t>(member)] +
                  "/metrics 2>/dev/null");
    if (metrics.find("\netcd_server_is_leader 1") != std::string::npos) return member;
  }
  return -1;
}

/// Our own children answer: nobody else knows all members of this cluster.
bool EtcdServers::is_ready() const {
  for (int member = 0; member < count(); ++member) {
    const auto place = static_cast<std::size_t>(member);
    if (::waitpid(processes_[place], nullptr, WNOHANG) != 0)
      throw std::runtime_error("etcd has ended: " + (directory_.path() / name_of(member)).string());
    const std::string health =
        output_of("curl -sf -m 1 http://" + addresses_[place] + "/health 2>/dev/null");
    if (health.find("\"true\"") == std::string::npos) return false;
  }
  return true;
}

}  // namespace posse::testing
