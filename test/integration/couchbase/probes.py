"""The two programs that ask Couchbase as they are told: the driver, and its twin without rules."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import threading

PROBE, PLAIN = os.environ.get("POSSE_COUCHBASE_PROBE"), os.environ.get("POSSE_COUCHBASE_PLAIN")
# However often the library asks again.
ANSWER_WITHIN_S = 30


class Probe:
    """Runs within the `with` block."""

    def __init__(self, *words, environment=None):
        self._words = words
        self._environment = environment
        self._process = None

    def __enter__(self):
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True,
                                         env=self._environment)
        if self._read() != "ready":
            raise RuntimeError(f"{self._words[0]} does not start")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        watchdog = threading.Timer(ANSWER_WITHIN_S, self._process.kill)
        watchdog.start()
        self._process.wait()
        watchdog.cancel()
        self._process.stdout.close()

    def _read(self):
        watchdog = threading.Timer(ANSWER_WITHIN_S, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline().rstrip("\n")
        watchdog.cancel()
        return line

    def ask(self, *calls):
        """The answers to calls that are asked together, one for each."""
        self._process.stdin.write(";".join(calls) + "\n")
        self._process.stdin.flush()
        answers = self._read().split(";")
        return answers[0] if len(calls) == 1 else answers


def driver(case):
    return Probe(PROBE, case.store())


def twin(case):
    return Probe(PLAIN, f"couchbase://{case.proxy.addresses}", case.url.path.strip("/"), case.user,
                 case.password, case.prefix)
