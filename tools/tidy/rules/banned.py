"""Calls that would let time, chance, threads or the process in where only three doors exist."""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.arrows import folder_of
from rules.source import Finding

RULE = "banned"

# These reach the outside only through Store, Clock and Random.
PURE_FOLDERS = {"core", "journal", "live", "patrol", "shop"}

_THREADS = "one thread runs a node: no lock is needed above a Store; only a driver may own threads"
_CHANCE = "use Random::bits(), so that a seed replays the run"
_WAITING = "use co_await clock_.sleep(...) of posse/clock.h"
_ORDER = "its order differs from run to run: use std::map or std::set"
_OUTSIDE = "return what happened; node and cli report it"

# A pattern on code without comments and strings, and what to write instead.
PURE_BANS = [
    (r"::\s*now\s*\(", "use clock_.now() or clock_.steady() of posse/clock.h"),
    (r"\bstd::time\s*\(|\b(?:gettimeofday|clock_gettime|timespec_get)\b", "use clock_.now()"),
    (r"\b(?:steady|system|deadline|high_resolution)_timer\b|\bbasic_waitable_timer\b", _WAITING),
    (r"\bsleep_(?:for|until)\b|\b(?:usleep|nanosleep)\b", _WAITING),
    (r"\bstd::(?:jthread|thread|async|this_thread|stop_token)\b", _THREADS),
    (r"\bstd::(?:\w*mutex|\w*_lock|lock_guard|condition_variable\w*|atomic\w*|call_once)\b",
     _THREADS),
    (r"\bstd::(?:\w*semaphore|latch|barrier|promise|future)\b", _THREADS),
    (r"\brandom_device\b|\bmt19937(?:_64)?\b|\b(?:default_random|minstd|ranlux)\w*", _CHANCE),
    (r"\b(?:std::|::)rand\s*\(|(?<![\w.>:])s?rand(?:om)?\s*\(|\brandombytes_\w+", _CHANCE),
    (r"\b(?:secure_)?getenv\b|\bsetenv\b|\benviron\b",
     "take it as a parameter; cli reads the environment"),
    (r"\bstd::unordered_\w+", _ORDER),
    (r"\bstd::(?:multi)?(?:map|set)\s*<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*",
     "addresses differ from run to run: order by a key, not by a pointer"),
    (r"\bstd::less\s*<[^<>]*\*\s*>|\buintptr_t\b", "never order or hash by an address: use a key"),
    (r"\bstd::(?:cout|cerr|clog|[io]?fstream)\b", _OUTSIDE),
]
PURE_HEADER_BANS = {
    "thread": _THREADS, "mutex": _THREADS, "shared_mutex": _THREADS, "atomic": _THREADS,
    "condition_variable": _THREADS, "future": _THREADS, "semaphore": _THREADS,
    "random": _CHANCE, "unordered_map": _ORDER, "unordered_set": _ORDER,
    "iostream": _OUTSIDE, "fstream": _OUTSIDE,
    "boost/asio/steady_timer.hpp": _WAITING, "boost/asio/system_timer.hpp": _WAITING,
}
# Banned wherever the program itself is written.
EVERYWHERE_BANS = [
    (r"\bdetached\b", "spawn it in a TaskGroup, which shutdown closes and awaits"),
]


def check(source, _tree):
    if not source.is_cpp or not source.path.startswith(("src/", "sim/", "include/")):
        return
    bans = list(EVERYWHERE_BANS)
    if folder_of(source.path) in PURE_FOLDERS:
        bans += PURE_BANS
        yield from _headers(source)
    for pattern, instead in bans:
        for match in re.finditer(pattern, source.statements_code):
            name = " ".join(match[0].split()).rstrip("(").lstrip(":")
            yield Finding(source.path, source.line_of(match.start()), RULE, f"{name}: {instead}")


def _headers(source):
    for include in source.includes:
        if instead := PURE_HEADER_BANS.get(include.target):
            yield Finding(source.path, include.line, RULE, f"<{include.target}>: {instead}")
