/// What every driver that can list must do, as tests: instantiate ScanContract with a Driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <posse/testing/store_contract.h>
#include <string>
#include <vector>

namespace posse::testing {

/// The suite of Scan, for drivers whose OpenedStore gives one.
class ScanContract : public ::testing::TestWithParam<Driver> {
 public:
  /// The driver's name. Asking for it by this function links the tests in, too.
  static std::string name(const ::testing::TestParamInfo<Driver>& info);

 protected:
  void SetUp() override;

  /// Puts documents at `keys`, each with its key as its value.
  void fill(const std::vector<std::string>& keys);

  std::vector<Listed> page(const std::string& prefix, const std::string& after,
                           std::size_t items_max);
  std::vector<std::string> keys(const std::string& prefix, const std::string& after,
                                std::size_t items_max);

  Store& store() { return opened_->store(); }
  Scan& scan() { return *opened_->scan(); }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  std::unique_ptr<OpenedStore> opened_;
};

}  // namespace posse::testing
