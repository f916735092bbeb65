"""The proxy does what it says, and to whom: a harness that is blind or too harsh proves nothing."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import subprocess
import sys
import threading
import time
import unittest
from contextlib import ExitStack

from fault_proxy import TO_CLIENT, TO_SERVER, Fault, Proxies

# Long enough for an answer of the echo on a busy machine, short enough to wait for none.
SILENCE_S = 0.3

# Another process that has its connection answered, says so, and waits for its connection's end.
OTHER = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"x")
assert connection.recv(1) == b"x"
print("connected", flush=True)
try:
    connection.recv(1)
except ConnectionResetError:
    pass
print("ended", flush=True)
"""


class Echo:
    """A server that sends back what it gets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                while data := connection.recv(65536):
                    self.received += data
                    connection.sendall(data)
            except OSError:  # cut
                return

    def close(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()


class FaultProxy(unittest.TestCase):
    def setUp(self):
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.proxies = self.stack.enter_context(Proxies())
        self.echo = self.new_echo()
        self.proxy = self.proxies.before(lambda: self.echo.port)

    def new_echo(self):
        echo = Echo()
        self.stack.callback(echo.close)
        return echo

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=10)
        self.stack.callback(connection.close)
        return connection

    def says(self, connection, data, seconds=10):
        """What comes back within `seconds`; empty if nothing does, or the connection ends."""
        connection.settimeout(seconds)
        try:
            connection.sendall(data)
            return connection.recv(len(data))
        except (TimeoutError, socket.timeout, ConnectionError):
            return b""

    def has_ended(self, connection):
        connection.settimeout(10)
        try:
            return connection.recv(1) == b""
        except ConnectionError:
            return True

    def test_passes_everything_on(self):
        data = os.urandom(1 << 20)
        connection, got = self.connect(), b""
        threading.Thread(target=connection.sendall, args=(data,), daemon=True).start()
        while len(got) < len(data) and (more := connection.recv(1 << 16)):
            got += more
        self.assertTrue(got == data)
        connection.close()
        until = time.monotonic() + 10
        while self.proxy.links and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual(self.proxy.links, set())

    def test_cuts_and_refuses_until_it_heals(self):
        old = self.connect()
        self.assertEqual(self.says(old, b"a"), b"a")
        with self.proxy.suffering(Fault(cut=True)):
            self.assertTrue(self.has_ended(old))
            self.assertTrue(self.has_ended(self.connect()))
        self.assertEqual(self.says(self.connect(), b"b"), b"b")

    def test_swallows_requests(self):
        old, idle = self.connect(), self.connect()
        self.assertEqual(self.says(idle, b"a"), b"a")
        with self.proxy.suffering(Fault(swallows=[TO_SERVER])):
            self.assertEqual(self.says(old, b"b", SILENCE_S), b"")
            self.assertEqual(self.says(self.connect(), b"c", SILENCE_S), b"")
        self.assertEqual(self.echo.received, b"a")
        self.assertTrue(self.has_ended(old))  # there is a gap in it
        self.assertEqual(self.says(idle, b"d"), b"d")

    def test_swallows_answers(self):
        connection = self.connect()
        with self.proxy.suffering(Fault(swallows=[TO_CLIENT])):
            self.assertEqual(self.says(connection, b"a", SILENCE_S), b"")
        self.assertEqual(self.echo.received, b"a")
        self.assertTrue(self.has_ended(connection))

    def test_is_late_and_keeps_the_order(self):
        connection = self.connect()
        began = time.monotonic()
        with self.proxy.suffering(Fault(delay=0.2)):
            self.assertEqual(self.says(connection, b"a"), b"a")
            self.assertGreaterEqual(time.monotonic() - began, 0.4)  # both ways
            connection.sendall(b"b")
            time.sleep(0.1)
        connection.sendall(b"c")
        got = b""
        while len(got) < 2:
            got += connection.recv(2)
        self.assertEqual(got, b"bc")

    def test_meets_one_process_alone(self):
        mine = self.connect()
        with subprocess.Popen([sys.executable, "-c", OTHER, str(self.proxy.port)],
                              stdout=subprocess.PIPE) as other:
            self.assertEqual(other.stdout.readline(), b"connected\n")
            with self.proxy.suffering(Fault(process=other.pid, cut=True)):
                self.assertEqual(other.stdout.readline(), b"ended\n")
                self.assertEqual(self.says(mine, b"a"), b"a")
                self.assertEqual(self.says(self.connect(), b"b"), b"b")
        with self.proxy.suffering(Fault(process=os.getpid(), cut=True)):
            self.assertTrue(self.has_ended(mine))

    def test_ends_a_connection_to_nobody(self):
        self.echo.close()
        self.assertTrue(self.has_ended(self.connect()))
        self.echo = self.new_echo()  # comes back at another port
        self.assertEqual(self.says(self.connect(), b"a"), b"a")


if __name__ == "__main__":
    unittest.main()
