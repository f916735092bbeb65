/// Reading the files that a store URL names.
// SPDX-License-Identifier: Apache-2.0
#include "stores/cluster/cluster_files.h"

#include <array>
#include <fstream>
#include <sstream>

namespace posse {
namespace {

struct Option {
  std::string_view name;
  std::filesystem::path ClusterFiles::* file;
};
constexpr std::array options{
    Option{"password_file", &ClusterFiles::password_file},
    Option{"ca", &ClusterFiles::ca},
    Option{"cert", &ClusterFiles::cert},
    Option{"key", &ClusterFiles::key},
};

}  // namespace

std::filesystem::path* file_option(ClusterFiles& files, std::string_view name) {
  for (const Option& option : options) {
    if (option.name == name) return &(files.*option.file);
  }
  return nullptr;
}

Result<void> check_readable(const ClusterFiles& files) {
  for (const Option& option : options) {
    const std::filesystem::path& file = files.*option.file;
    if (!content_of(file))
      return Error{Errc::unavailable,
                   "the file of " + std::string(option.name) + " cannot be read, " + file.string()};
  }
  return {};
}

Result<std::string> content_of(const std::filesystem::path& file) {
  if (file.empty()) return std::string();
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a directory can be opened, and only this says that it cannot be read
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) return Error{Errc::unavailable, "cannot read " + file.string()};
  return content.str();
}

Result<std::string> password_in(const std::filesystem::path& file) {
  auto password = content_of(file);
  while (password && (password->ends_with('\n') || password->ends_with('\r'))) password->pop_back();
  return password;
}

}  // namespace posse
