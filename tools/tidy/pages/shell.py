"""One bash that runs the commands of a page one after another, as a reader would."""
# SPDX-License-Identifier: Apache-2.0
import os
import selectors
import signal
import subprocess
import time
import uuid

_READ_BYTES = 65536


class ShellError(Exception):
    """The shell is gone or does not answer."""


class Shell:
    """A bash in a process group of its own, so that what it left running ends with it."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, text, seconds_max):
        """The exit code and the output of one command."""
        mark = uuid.uuid4().hex
        # Behind eval, a command with a syntax error cannot swallow the line of the mark.
        script = f"eval {_quoted(text)} </dev/null\nprintf '\\n%s %d\\n' {mark} $?\n"
        try:
            self.process.stdin.write(script.encode())
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise ShellError("the shell has ended") from error
        before, after = self._read_until(mark.encode(), time.monotonic() + seconds_max)
        return int(after.split()[0]), before.removesuffix(b"\n").decode(errors="replace")

    def _read_until(self, mark, deadline):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                before, found, after = self.buffer.partition(mark)
                if found and b"\n" in after:
                    code, _, self.buffer = after.partition(b"\n")
                    return before, code
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise ShellError("no end within the time allowed")
                chunk = os.read(self.process.stdout.fileno(), _READ_BYTES)
                if not chunk:
                    raise ShellError("the shell has ended")
                self.buffer += chunk

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # It ended by itself, and nothing of it is left.
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"
