"""An etcd of one or three members on loopback, that one can kill, stop, start again, fill up."""
# SPDX-License-Identifier: Apache-2.0
import base64
import http.client
import json
import shutil
import signal
import subprocess
import time

from processes import ends_with_this_thread
from sockets import free_port, process_with

ETCD = shutil.which("etcd")
ATTEMPTS = 5
SECONDS_TO_START = 20
# What a member is asked is answered at once, or not at all; but for what it has to read for.
PATIENCE_S = 3
PATIENCE_WITH_WORK_S = 30


class MemberError(Exception):
    """A member does not start, or does not do as it is asked."""


class Member:
    """One member: its ports, its data, and its process."""

    def __init__(self, name, folder, options, certificates):
        self.name = name
        self.folder = folder
        self.options = options
        self.certificates = certificates
        self.log = folder / f"{name}.log"
        self.process = None
        self.is_stopped = False
        self.choose_ports()

    def choose_ports(self):
        self.port, self.peer_port, self.secure_port = free_port(), free_port(), free_port()
        # Where the others find it, if not at its own port.
        self.advertised = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def peer_url(self):
        return f"http://127.0.0.1:{self.advertised or self.peer_port}"

    def secured(self):
        """Where it listens for TLS as well, and takes nobody without a certificate."""
        if self.certificates is None:
            return "", []
        files = {"--cert-file": "member.pem", "--key-file": "member.key",
                 "--trusted-ca-file": "ca.pem"}
        words = [word for flag, file in files.items() for word in (flag, self.certificates / file)]
        return f",https://127.0.0.1:{self.secure_port}", [*words, "--client-cert-auth"]

    def launch(self, cluster):
        """Starts the process; `cluster` names all members as etcd wants it."""
        secure_url, secure_options = self.secured()
        words = ends_with_this_thread(
            ETCD, "--name", self.name, "--data-dir", self.folder / self.name,
            "--listen-client-urls", f"http://{self.address}{secure_url}",
            "--advertise-client-urls", f"http://{self.address}",
            "--listen-peer-urls", f"http://127.0.0.1:{self.peer_port}",
            "--initial-advertise-peer-urls", self.peer_url,
            "--initial-cluster", cluster, "--initial-cluster-token", str(self.folder),
            "--logger", "zap", "--log-level", "warn", *self.options,
            *secure_options)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        self.is_stopped = False

    def is_ours(self):
        """Whether it is our own process that listens at the port, and no other one."""
        return process_with(self.port) == self.process.pid

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def is_healthy(self):
        """Whether it answers, and sees a leader."""
        try:
            connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
            try:
                connection.request("GET", "/health")
                return json.loads(connection.getresponse().read()).get("health") == "true"
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def ask(self, path, patience_s=PATIENCE_S, **body):
        """One call of the gateway for JSON; 64-bit numbers are text there."""
        connection = http.client.HTTPConnection(self.address, timeout=patience_s)
        try:
            connection.request("POST", f"/v3/{path}", json.dumps(body))
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            raise MemberError(f"{self.name}: no answer to {path}: {wrong}") from wrong
        finally:
            connection.close()
        if answer.status != 200:
            raise MemberError(f"{self.name}: {path}: {said.get('error', said)}")
        return said

    def status(self):
        return self.ask("maintenance/status")

    def is_leader(self):
        said = self.status()
        return said.get("leader") == said["header"]["member_id"]

    def put(self, key, value):
        encoded = (base64.b64encode(text.encode()).decode() for text in (key, value))
        return self.ask("kv/put", **dict(zip(("key", "value"), encoded)))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_stopped = True

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.is_stopped = False

    def defragment(self):
        self.ask("maintenance/defragment", PATIENCE_WITH_WORK_S)

    def last_words(self):
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])


class Members:
    """All members; ended with the `with` block. Started and ended by one thread: they do not
    outlive it. With a folder of certificates they listen for TLS too."""

    def __init__(self, folder, size=3, options=(), certificates=None):
        self.folder = folder
        self.all = [Member(f"m{number}", folder, options, certificates)
                    for number in range(1, size + 1)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def start(self, before=lambda: None):
        """Starts them; `before` is called whenever they have got other ports."""
        for _ in range(ATTEMPTS):
            before()
            for member in self.all:
                member.launch(self._cluster())
            if all([self._comes(member) for member in self.all]):
                return
            # Somebody was faster at one of the ports.
            self._begin_anew()
        said = "\n".join(member.last_words() for member in self.all)
        raise MemberError(f"the members do not start:\n{said}")

    def _cluster(self):
        return ",".join(f"{member.name}={member.peer_url}" for member in self.all)

    def _comes(self, member):
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and member.runs():
            if member.is_healthy() and member.is_ours():
                return True
            time.sleep(0.05)
        return False

    def _begin_anew(self):
        self.end()
        for member in self.all:
            shutil.rmtree(self.folder / member.name, ignore_errors=True)
            member.choose_ports()

    def restart(self, member):
        """Starts a dead member on the data that it has."""
        for _ in range(ATTEMPTS):
            member.launch(self._cluster())
            if self._comes(member):
                return
            member.kill()
        raise MemberError(f"{member.name} does not come back:\n{member.last_words()}")

    def leader(self):
        """The member that leads; None while there is none."""
        for member in self.all:
            try:
                if member.runs() and not member.is_stopped and member.is_leader():
                    return member
            except MemberError:  # dies, or is cut off: others may know
                continue
        return None

    def wait_for_leader(self, seconds=SECONDS_TO_START):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := self.leader():
                return found
            time.sleep(0.02)
        raise MemberError(f"no leader within {seconds} s")

    def wait_until_whole(self, seconds=SECONDS_TO_START):
        """Until every member answers and sees a leader."""
        until = time.monotonic() + seconds
        while not all([member.is_healthy() for member in self.all]):
            if time.monotonic() > until:
                raise MemberError(f"not all members are well within {seconds} s")
            time.sleep(0.02)

    def compact(self):
        """Forgets every revision but the newest, and waits until that is done on one member."""
        leader = self.wait_for_leader()
        newest = leader.status()["header"]["revision"]
        leader.ask("kv/compaction", PATIENCE_WITH_WORK_S, revision=newest, physical=True)

    def alarms(self):
        """What is wrong, by the names of etcd: NOSPACE, CORRUPT."""
        said = self.wait_for_leader().ask("maintenance/alarm", action="GET")
        return sorted({alarm["alarm"] for alarm in said.get("alarms", [])})

    def disarm(self):
        leader = self.wait_for_leader()
        for alarm in leader.ask("maintenance/alarm", action="GET").get("alarms", []):
            leader.ask("maintenance/alarm", action="DEACTIVATE", memberID=alarm["memberID"],
                       alarm=alarm["alarm"])

    def end(self):
        for member in self.all:
            if member.process is not None:
                member.kill()
