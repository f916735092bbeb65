/// The one place where Asio's code is compiled; every other file sees declarations only.
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/impl/src.hpp>
