/// What is to be said of a document, as JSON and for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json.hpp>

#include "journal/explainer.h"

namespace posse {

/// Of a participant.
boost::json::object to_json(const Explanation& explanation);

/// The same in sentences, made of that object.
std::string explanation_text(const boost::json::object& explanation);

}  // namespace posse
