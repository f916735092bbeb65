"""The arrows between folders, checked by #include: each sees only what stands left of it."""
# SPDX-License-Identifier: Apache-2.0
from rules.source import Finding

RULE = "arrows"

_UP_TO_SHOP = {"core", "journal", "live", "patrol", "shop"}
# What a folder may include, besides itself and include/posse.
SEES = {
    "include": set(),
    "examples": set(),
    "core": set(),
    "journal": {"core"},
    "live": {"core"},
    "patrol": {"core", "journal", "live"},
    "documents": {"core", "journal", "patrol"},
    "shop": {"core", "journal", "live"},
    "system": {"core"},
    "client": {"core"},
    "stores": {"core", "stores/cluster"},
    "open": {"core", "system", "stores"},
    "node": _UP_TO_SHOP | {"system"},
    "cli": _UP_TO_SHOP | {"documents", "open", "system", "client", "node", "stores", "sim"},
    "sim": _UP_TO_SHOP | {"system", "stores"},
}
# Whoever stands here sees everything.
OPEN_FOLDERS = {"test", "bench", "fuzz", "cmake"}
# The public headers promise to need nothing else of Boost: coroutines, and documents in JSON.
PUBLIC_THIRD_PARTY = {
    "boost/asio/any_io_executor.hpp", "boost/asio/awaitable.hpp", "boost/json.hpp",
}


def folder_of(path):
    """The folder in the sense of the arrows: `core`, `stores/lmdb`, `include`, `sim`, `test`."""
    parts = path.split("/")
    if parts[0] != "src":
        return parts[0] if len(parts) > 1 else ""
    if len(parts) < 3:
        return "src"
    return "/".join(parts[1:3]) if parts[1] == "stores" else parts[1]


def check(source, tree):
    if not source.is_cpp:
        return
    here = folder_of(source.path)
    if here in OPEN_FOLDERS:
        return
    if _kind(here) not in SEES:
        yield Finding(source.path, 1, RULE, f"no arrow is known for the folder {here}: "
                      "name what it sees in tools/tidy/rules/arrows.py and ARCHITECTURE.md")
        return
    for include in source.includes:
        if message := _complaint(here, include, tree):
            yield Finding(source.path, include.line, RULE, message)


def _complaint(here, include, tree):
    if here == "include" and not include.quoted and "/" in include.target:
        if include.target not in PUBLIC_THIRD_PARTY:
            return (f"a public header includes <{include.target}>: only std, posse headers, "
                    f"<{'>, <'.join(sorted(PUBLIC_THIRD_PARTY))}>; hide the rest in src/")
    path = tree.resolve(include)
    if path is None:
        return None
    there = folder_of(path)
    if there in (here, "include") or {there, _kind(there)} & SEES[_kind(here)]:
        return None
    seen = ", ".join(sorted(SEES[_kind(here)])) or "nothing else in src/"
    return (f"{here} includes {there} ({include.target}): {here} sees include/posse and {seen}; "
            "reach it through an interface that stands left, or move the code")


def _kind(folder):
    return folder.split("/")[0]
