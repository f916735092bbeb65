/// Every bound of the protocol in one place, each with the reason for its value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace posse {

using namespace std::chrono_literals;

/// Operations in one entry, and what applications have added to those that are in it when no
/// further one goes in: with the last of them, its names and its receipt it stays below
/// value_bytes_max.
inline constexpr std::size_t entry_operations_max = 256;
inline constexpr std::size_t entry_bytes_enough = std::size_t{512} * 1024;

/// Effects of one operation: enough for a transfer with fees; each costs one settle.
inline constexpr std::size_t operation_effects_max = 16;

/// The name of a kind of effect.
inline constexpr std::size_t kind_bytes_max = 64;

/// What an application may add to one operation, as JSON text: it goes to the store in the entry
/// and once more in the document.
inline constexpr std::size_t operation_bytes_max = std::size_t{64} * 1024;

/// Data of a participant that an exclusive effect may come to, as JSON text: with its holds and
/// settlements it stays below value_bytes_max, or nobody could settle what is committed.
inline constexpr std::size_t data_bytes_max = std::size_t{512} * 1024;

/// Holds on one participant at a time: bounds its document and what one resolve has to decide.
inline constexpr std::size_t holds_max = 16;

/// Of those, from one node beside others: one place is left for who wants the document alone, or
/// for another node.
inline constexpr std::size_t holds_shared_max = 15;

/// Settled intents kept in a participant before the oldest spill, and how many spill at once:
/// a page per 16 settlements is 1/16 of a write each. On disk for ever: never change.
inline constexpr std::size_t settled_max = 32;
inline constexpr std::size_t settled_page = 16;

/// What spills was settled by an earlier write, so that whoever spills writes the same page: one
/// page is enough, and has none of the rows that come with the swap itself, one for each hold.
static_assert(holds_max <= settled_page && holds_max + settled_page <= settled_max);

/// Entries in the window of a hold, and how far a buyer who keeps losing may stretch it: a wide
/// window loses less often, a narrow one is decided with fewer fences.
inline constexpr std::uint64_t window_entries = 8;
inline constexpr std::uint64_t window_entries_max = 64;

/// Windows one operation may lose before it is told to come back: 8+16+32+5*64 entries of others.
inline constexpr int attempts_max = 8;

/// Rounds of read, decide, write on one document. Each lost round is another's progress; the
/// posse finishes what a step gives up.
inline constexpr int swaps_max = 100;

/// Repeats of a call that failed for certain, before the failure is passed on.
inline constexpr int failures_max = 3;

/// Entries of one node and sequence that are sold but not yet settled: bounds memory and what a
/// crash leaves to the posse.
inline constexpr std::size_t unsettled_entries_max = 32;

/// Operations waiting in one turnstile; more are told to come back.
inline constexpr std::size_t waiting_max = 8192;

/// How often documents are read before the reader takes its turn among those who hold them.
inline constexpr int looks_max = 4;

/// How long a recoverer waits for the neighbour who is still on it. Manners, not safety.
inline constexpr auto courtesy = 100ms;

/// How long an undecided hold is polled, and how often, before it is fenced. A living driver
/// claims within milliseconds.
inline constexpr auto patience = 1000ms;
inline constexpr auto poll = 100ms;

/// After this long without an answer from the store a caller is told that the outcome is unknown.
inline constexpr auto answer_within = 5000ms;

/// Generic journals: enough that operations of many nodes rarely meet in one sequence, few enough
/// to be patrolled for nothing. On disk for ever: never lower it.
inline constexpr std::uint64_t journals = 16;

/// Participant documents a node remembers as it wrote them, to settle without reading again.
inline constexpr std::size_t remembered_max = 4096;

}  // namespace posse
