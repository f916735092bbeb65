/// libcouchbase's timers and sockets on an Asio executor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libcouchbase/couchbase.h>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace posse::couchbase {

/// The table of functions by which an instance of libcouchbase waits, all of it on one executor:
/// there is no loop of the library's own, and no thread. Everything happens on the executor's
/// thread.
class AsioIo {
 public:
  explicit AsioIo(boost::asio::any_io_executor executor);
  AsioIo(const AsioIo&) = delete;
  AsioIo& operator=(const AsioIo&) = delete;

  /// After the instance. What the library has not destroyed by then never calls back.
  ~AsioIo();

  /// For lcb_createopts_io(); stays ours.
  lcb_io_opt_t table();

  /// Waits for nothing until wake(), so that the executor's context may run out of work. What
  /// becomes due meanwhile comes then.
  void rest();
  void wake();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace posse::couchbase
