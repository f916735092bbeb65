/// An audit's report for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shop/audit_report.h"

namespace posse {

/// What was read, the books, what is unfinished, what is wrong; the verdict is the last line:
/// `the books are sound` or `UNSOUND: <n> findings`.
std::string to_text(const AuditReport& report);

}  // namespace posse
