/// etcd on this machine, for tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "contract/scratch_directory.h"

namespace posse::testing {

/// A cluster of its own, gone with the object and with this process.
class EtcdServers {
 public:
  /// Starts `count` members and waits until they have a leader. Throws if they do not start.
  explicit EtcdServers(int count, std::vector<std::string> options = {});
  EtcdServers(const EtcdServers&) = delete;
  EtcdServers& operator=(const EtcdServers&) = delete;
  ~EtcdServers();

  /// HOST:PORT of each.
  const std::vector<std::string>& addresses() const { return addresses_; }

  int count() const { return static_cast<int>(addresses_.size()); }

  /// Sends `signal` to a member.
  void send(int member, int signal) const;

  /// The member that leads, as it says itself; -1 if none does.
  int leader() const;

  /// Kills a member, and starts it anew on its data.
  void kill(int member);
  void start(int member);

 private:
  bool is_ready() const;

  ScratchDirectory directory_;
  std::vector<std::string> options_;
  std::vector<std::string> addresses_;
  std::vector<std::string> peers_;
  std::vector<pid_t> processes_;
};

}  // namespace posse::testing
