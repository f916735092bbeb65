/// Running a member that settles.
// SPDX-License-Identifier: Apache-2.0
#include "cli/settling_thread.h"

#include <utility>

namespace posse {

Result<std::unique_ptr<SettlingThread>> SettlingThread::start(Host& host) {
  auto beside = host.beside();
  if (!beside) return beside.error();
  std::unique_ptr<SettlingThread> thread(new SettlingThread(*std::move(beside)));
  host.shop().journal().settle_with(thread->host_->shop().journal());
  return thread;
}

SettlingThread::SettlingThread(std::unique_ptr<Host> host)
    : host_(std::move(host)),
      lasts_(host_->io().get_executor()),
      thread_([this] { host_->io().run(); }) {}

SettlingThread::~SettlingThread() {
  host_->io().stop();
  thread_.join();
}

}  // namespace posse
