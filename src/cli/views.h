/// What the shop answers, as text for people: made of the JSON that a node answers too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json.hpp>

namespace posse {

/// Each reads an object of node/views.h and throws std::exception if it is another one.
using TextOf = std::string(const boost::json::object&);

TextOf account_text;
TextOf campaign_text;
TextOf sale_text;
TextOf booked_text;
TextOf harvested_text;

/// A session's token alone, so that a shell can take it.
TextOf token_text;

/// A new key's token alone, likewise; a list of keys, a line each.
TextOf key_text;
TextOf keys_text;

/// Whether `value` is an object that `text` reads.
bool is_read_by(TextOf* text, const boost::json::value& value);

}  // namespace posse
