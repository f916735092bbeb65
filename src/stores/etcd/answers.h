/// What a status of gRPC or etcd says about a write: done, not done, or nobody knows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <grpcpp/support/status.h>

#include "posse/result.h"

namespace posse::etcd {

/// What has become of a write whose call has failed.
enum class Fate : std::uint8_t {
  not_done,   ///< And never will be: etcd turned it away before it reached the log, or it never
              ///< left.
  old_token,  ///< Not done either; whoever logs in anew may ask again.
  unknown,    ///< It may have been applied, or be later.
  full,       ///< Unknown too; and etcd takes no more writes before somebody makes room.
};

/// The fate of a write whose call ended with `status`, which is not OK.
Fate fate_of(const grpc::Status& status);

/// `status` in words for an operator, behind what was being done.
Error error_of(const grpc::Status& status, const std::string& doing);

}  // namespace posse::etcd
