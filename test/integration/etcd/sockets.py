"""Ports of this machine: which are free, and whose they are."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import socket
from pathlib import Path

LISTENS = "0A"


def _is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
        return True
    except OSError:  # somebody's
        return False


def free_port(in_a_row=1):
    """The first of so many ports below those that the kernel gives to connections: nobody's by
    chance while its owner is down, and no connection to it can meet itself."""
    end = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        first = random.randrange(max(10_000, end - 12_000), end - in_a_row)
        if all(_is_free(port) for port in range(first, first + in_a_row)):
            return first


def _rows():
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:  # no such family here
            continue
        for line in lines:
            fields = line.split()
            local, remote = (int(address.rsplit(":", 1)[1], 16) for address in fields[1:3])
            yield local, remote, fields[3], fields[9]


def _holds(process, wanted):
    try:
        files = list((process / "fd").iterdir())
    except OSError:  # has ended, or is somebody else's
        return False
    for file in files:
        try:
            if os.readlink(file) == wanted:
                return True
        except OSError:  # closed meanwhile
            continue
    return False


def process_with(local, remote=None):
    """The process whose socket has the port `local` and is connected to `remote`, or listens; None
    if there is none."""
    for port, other, state, inode in _rows():
        is_meant = state == LISTENS if remote is None else other == remote
        if port != local or not is_meant or inode == "0":
            continue
        for process in Path("/proc").glob("[0-9]*"):
            if _holds(process, f"socket:[{inode}]"):
                return int(process.name)
    return None
