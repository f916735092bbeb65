"""The databases that Posse is measured beside: each with data of its own below one folder, durable
as its documentation asks, and with more memory than it takes by itself. Also what the benchmarks
have in common."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/release"
POSSE = BUILD / "posse"
SECONDS_TO_START = 30


def give_up(sentence):
    sys.exit(f"bench/{Path(sys.argv[0]).name}: {' '.join(sentence.split())}")


def expect_programs(*programs):
    for program in programs:
        if not program.exists():
            give_up(f"no {program.name}: script/bench-peers builds it")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def scratch(parent=None):
    """A folder for all data, on a disk: memory that calls itself one needs no sync. Gone, and the
    servers in it, also when the program is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(128 + signal.SIGINT))
    folder = Path(tempfile.mkdtemp(prefix="posse-bench-", dir=parent))
    try:
        folder.chmod(0o755)
        kind = subprocess.run(["stat", "-f", "-c", "%T", folder], check=True, capture_output=True,
                              text=True).stdout.strip()
        if kind in ("tmpfs", "ramfs"):
            give_up(f"{folder.parent} is memory, not a disk: set TMPDIR")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rows_of(words, folder):
    """What a program prints with --json, a row for each line."""
    done = subprocess.run([str(word) for word in words] + ["--json"], capture_output=True,
                          text=True, check=False, env={**os.environ, "TMPDIR": str(folder)})
    if done.returncode != 0:
        give_up(f"{Path(words[0]).name} failed: {done.stderr}{done.stdout}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Server:
    """A process that is ready once it answers."""

    def __init__(self, folder, words, **how):
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([str(word) for word in words], stdout=log,
                                            stderr=subprocess.STDOUT, cwd=folder, **how)
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self):
        until = time.monotonic() + SECONDS_TO_START
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                give_up(f"{type(self).__name__} does not start: {' '.join(last)}")
            time.sleep(0.05)

    def is_ready(self):
        raise NotImplementedError

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Postgres(Server):
    """A cluster of its own, as it comes, but for more memory: synced commits, no shortcuts."""

    def __init__(self, folder):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            give_up("no PostgreSQL here: script/bench-peers installs it")
        self.programs = found[-1].parent
        # PostgreSQL does not run as root.
        user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if user:
            shutil.chown(folder, "postgres", "postgres")
        self.address = f"host={folder} user=bench dbname=postgres"
        subprocess.run([self.programs / "initdb", "--pgdata", folder / "data", "--auth", "trust",
                        "--username", "bench"], check=True, stdout=subprocess.DEVNULL, cwd=folder,
                       **user)
        super().__init__(folder, [
            self.programs / "postgres", "-D", folder / "data", "-k", folder,
            "-c", "listen_addresses=", "-c", "max_connections=300", "-c", "shared_buffers=512MB",
            "-c", "max_wal_size=4GB"], **user)

    def is_ready(self):
        return subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder],
                              check=False).returncode == 0

    def sql(self, text):
        done = subprocess.run(
            [self.programs / "psql", self.address, "-qtA", "-v", "ON_ERROR_STOP=1"],
            input=text, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def worked_s(self):
        """Time that all cores have worked for the server, and for those it has waited for."""
        found = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:  # has ended meanwhile
                continue
            is_server = int(stat.parent.name) == self.process.pid
            if is_server or int(fields[1]) == self.process.pid:
                found += sum(map(int, fields[11:15 if is_server else 13]))
        return found / os.sysconf("SC_CLK_TCK")


class Redis(Server):
    """An append-only file that is synced before each answer, and no snapshots beside it."""

    def __init__(self, folder):
        if not shutil.which("redis-server"):
            give_up("no Redis here: script/bench-peers installs it")
        self.address = str(folder / "socket")
        super().__init__(folder, [
            "redis-server", "--port", "0", "--unixsocket", self.address, "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", ""])

    def is_ready(self):
        done = subprocess.run(["redis-cli", "-s", self.address, "ping"], check=False,
                              capture_output=True, text=True)
        return done.stdout.strip() == "PONG"


class Etcd(Server):
    """A member, alone or with others, with room for all revisions of a run."""

    def __init__(self, folder, name="bench", cluster=None):
        if not shutil.which("etcd"):
            give_up("no etcd here: script/bench-peers installs it")
        self.is_alone = cluster is None
        cluster = cluster or {name: free_port()}
        self.address = f"127.0.0.1:{free_port()}"
        client, peer = f"http://{self.address}", f"http://127.0.0.1:{cluster[name]}"
        super().__init__(folder, [
            "etcd", "--name", name, "--data-dir", folder / "data",
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", ",".join(f"{one}=http://127.0.0.1:{port}"
                                          for one, port in cluster.items()),
            "--quota-backend-bytes", "8589934592", "--logger", "zap", "--log-level", "error"])

    def is_ready(self):
        return not self.is_alone or self.is_healthy()  # others have yet to start

    def is_healthy(self):
        done = subprocess.run(["curl", "-sf", f"http://{self.address}/health"], check=False,
                              capture_output=True, text=True)
        return '"true"' in done.stdout


class EtcdOfThree:
    """Three members on this machine."""

    def __init__(self, folder):
        cluster = {name: free_port() for name in ("one", "two", "three")}
        self.members = []
        try:
            for name in cluster:
                (folder / name).mkdir()
                self.members.append(Etcd(folder / name, name, cluster))
            until = time.monotonic() + SECONDS_TO_START
            while not all(member.is_healthy() for member in self.members):
                if time.monotonic() > until:
                    give_up("three members of etcd do not find each other")
                time.sleep(0.1)
        except BaseException:
            self.stop()
            raise
        self.address = ",".join(member.address for member in self.members)
        self.url = f"etcd://{self.address}"

    def stop(self):
        for member in self.members:
            member.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
