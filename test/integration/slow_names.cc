/// A name server that takes its time: preloaded before a program, it makes the name `slow.test`
/// take POSSE_SLOW_NAMES_MS to be looked up, and be this machine.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <thread>

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system_own = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name != nullptr && std::strcmp(name, "slow.test") == 0) {
    const char* const wanted = std::getenv("POSSE_SLOW_NAMES_MS");
    const int ms = wanted == nullptr ? 0 : std::atoi(wanted);
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    name = "127.0.0.1";
  }
  return system_own(name, service, hints, found);
}
