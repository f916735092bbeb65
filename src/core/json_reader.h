/// Reading JSON text, each number as the one nearest to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <boost/json.hpp>

namespace posse {

/// The value that `text` stands for, in `storage`. Unlike Boost.JSON 1.81's own, whose fractions
/// are the nearest double or a neighbour of it: a document that is read and written again stays
/// what it is. Errors: `wrong` says that `text` is no JSON, is nested deeper than 32, or has a
/// number beyond a double.
boost::json::value read_json(std::string_view text, boost::json::error_code& wrong,
                             boost::json::storage_ptr storage = {});

}  // namespace posse
