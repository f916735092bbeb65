"""A TCP proxy that cuts, swallows and delays what goes through it, for everybody or one process."""
# SPDX-License-Identifier: Apache-2.0
import asyncio
import collections
import threading
from contextlib import contextmanager

from sockets import free_port, process_with

TO_SERVER, TO_CLIENT = "to the server", "to the client"
BACKLOG = 1024
UNASKED = object()


class Fault:
    """What goes wrong with the connections of one process, or of all if `process` is None:
    `cut`: they end, and so does each new one; `swallows`: what goes these ways is lost, the
    connection stays; `delay`: seconds by which everything is late."""

    def __init__(self, process=None, cut=False, swallows=(), delay=0.0):
        self.process, self.cut, self.swallows, self.delay = process, cut, frozenset(swallows), delay

    def meets(self, link):
        return self.process is None or self.process == link.process


class _End(asyncio.Protocol):
    """One of a link's two connections: what it receives goes `way`."""

    def __init__(self, link, way):
        self.link, self.way = link, way
        self.transport = None
        self.late = collections.deque()

    def connection_made(self, transport):
        self.transport = transport
        if self is self.link.client:
            self.link.begin()

    def data_received(self, data):
        self.link.pass_on(self, data)

    def connection_lost(self, _wrong):
        self.link.close()

    # Whoever cannot take more keeps the other side from sending more.
    def pause_writing(self):
        if self.link.other(self).transport is not None:
            self.link.other(self).transport.pause_reading()

    def resume_writing(self):
        if self.link.other(self).transport is not None:
            self.link.other(self).transport.resume_reading()


class _Link:
    """A client's connection, and the one to the server behind it."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.client = _End(self, TO_SERVER)
        self.server = _End(self, TO_CLIENT)
        self.has_lost_bytes = False
        self._connecting = None
        self._process = UNASKED

    @property
    def process(self):
        """Whose the client's end is; asked once, as it is looked for in all processes."""
        if self._process is UNASKED:
            port = self.client.transport.get_extra_info("peername")[1]
            self._process = process_with(port, self.proxy.port)
        return self._process

    def begin(self):
        self.proxy.links.add(self)
        if any(fault.cut and fault.meets(self) for fault in self.proxy.faults):
            self.cut()
        else:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self):
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.server, "127.0.0.1", self.proxy.target())
        except OSError:  # nobody is there
            self.cut()
            return
        if self not in self.proxy.links:  # has ended meanwhile
            self.cut()
        self._pass_late_on(self.client)

    def other(self, end):
        return self.server if end is self.client else self.client

    def pass_on(self, end, data):
        faults = [fault for fault in self.proxy.faults if fault.meets(self)]
        if any(end.way in fault.swallows for fault in faults):
            self.has_lost_bytes = True
            return
        loop = asyncio.get_running_loop()
        due = loop.time() + sum(fault.delay for fault in faults)
        is_open = self.other(end).transport is not None
        if is_open and due <= loop.time() and not end.late:
            self.other(end).transport.write(data)
            return
        # What came first goes first, also when the delay has ended.
        end.late.append((max(due, end.late[-1][0] if end.late else due), data))
        loop.call_at(end.late[-1][0], self._pass_late_on, end)

    def _pass_late_on(self, end):
        now = asyncio.get_running_loop().time()
        to = self.other(end).transport
        # A timer may fire within the clock's resolution before its time.
        while to is not None and end.late and end.late[0][0] <= now + 0.001:
            to.write(end.late.popleft()[1])

    def close(self):
        """After one side has ended, the other one gets what is written already, and ends."""
        self._end(lambda transport: transport.close())

    def cut(self):
        self._end(lambda transport: transport.abort())

    def _end(self, how):
        for end in (self.client, self.server):
            end.late.clear()
            if end.transport is not None:
                how(end.transport)
        self.proxy.links.discard(self)


class Proxy:
    """Stands at `port`, and in front of the port that `target()` says."""

    def __init__(self, proxies, target):
        self._proxies = proxies
        self.target = target
        self.port = free_port()
        self.faults = []
        self.links = set()
        self.server = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    async def open(self):
        self.server = await asyncio.get_running_loop().create_server(
            lambda: _Link(self).client, "127.0.0.1", self.port, backlog=BACKLOG)

    @contextmanager
    def suffering(self, fault):
        """`fault` holds within the block. Connections that have lost bytes end with it: what
        follows a gap means nothing."""
        self.begin(fault)
        try:
            yield
        finally:
            self.end(fault)

    def begin(self, fault):
        self._proxies.call(self._begin, fault)

    def end(self, fault):
        self._proxies.call(self._end, fault)

    def _begin(self, fault):
        self.faults.append(fault)
        if fault.cut:
            self._cut(fault.meets)

    def _end(self, fault):
        self.faults.remove(fault)
        self._cut(lambda link: link.has_lost_bytes)

    def _cut(self, is_meant):
        for link in list(filter(is_meant, self.links)):
            link.cut()


class Proxies:
    """The thread in which proxies live, until the end of the `with` block."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._all = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.call(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def before(self, target):
        """A new proxy."""
        while True:
            proxy = Proxy(self, target)
            try:
                asyncio.run_coroutine_threadsafe(proxy.open(), self._loop).result()
            except OSError:  # somebody was faster at its port
                continue
            self._all.append(proxy)
            return proxy

    def call(self, action, *arguments):
        """Has `action` done in the proxies' thread, and waits for it."""
        async def act():
            action(*arguments)
        asyncio.run_coroutine_threadsafe(act(), self._loop).result()

    def _close(self):
        for proxy in self._all:
            proxy.server.close()
            for link in list(proxy.links):
                link.cut()
