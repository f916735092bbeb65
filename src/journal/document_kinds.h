/// The kinds of effect that have a whole document for themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace posse {

class EffectKinds;

/// Teaches `check`, `create`, `set` and `remove` (posse/effect.h). Their details:
///   check  {} | {"state": text}; without a state, it only has the document for itself
///   create {"value": object}
///   set    {"value": object} | {"value": object, "state": text}
///   remove {} | {"state": text}
void learn_document_kinds(EffectKinds& kinds);

}  // namespace posse
