/// Transcripts: single courses of events as text, with what came of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/explorer.h"

namespace posse::sim {

/// The broken course of `explored`, ready to be kept as a transcript.
std::string transcript_of(const Scenario& scenario, const Explored& explored);

/// Replays `file` and compares what comes of it. A transcript has three parts, with an empty line
/// between them: comments and `scenario: NAME`; the steps, as the explorer prints them; what came
/// of it. Empty if it is as the file says, else the first line that is not.
Wrong check_transcript(const std::string& file);

/// Replays `file` and writes what comes of it as its third part. Empty unless that is impossible.
Wrong rewrite_transcript(const std::string& file);

}  // namespace posse::sim
