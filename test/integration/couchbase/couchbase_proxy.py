"""A proxy before each node of a Couchbase cluster: what goes wrong with which packet, and once."""
# SPDX-License-Identifier: Apache-2.0
import asyncio
import json
import socket
import threading
from dataclasses import dataclass, field

import packets
from query_service import QueryService

CHUNK = 1 << 18
NOT_MY_VBUCKET = 0x07
MARK = b"/!posse"
CLOSED_WITHIN_S = 5


@dataclass
class Fault:
    """Meets the next `times` requests of `opcode` whose key ends with `key`, or has any key but
    that of a store's mark, with which programs begin, if it is empty. `kind`:
    `request lost`; `answer lost`; `cut before` and `cut after` it is executed, of the connection;
    `status`: the node says `status` and does nothing; `map`: once an answer of the same connection
    is lost, it says that it is not its document, and shows the map in which it has been
    replaced."""

    opcode: int
    key: str
    kind: str
    status: int = 0
    times: int = 1
    met: threading.Event = field(default_factory=threading.Event)  # by the last of them

    def meets(self, packet):
        is_meant = packet.key.endswith(self.key.encode())
        if not self.key:
            is_meant = not packet.key.endswith(MARK)
        return self.times > 0 and packet.opcode == self.opcode and is_meant


@dataclass(frozen=True)
class Sent:
    """A write that came to a proxy, and what the server has said of it, if it came there."""

    opcode: int
    key: str
    durability: tuple
    status: int = None


class _Link:
    """A client's connection and the one to the node behind it."""

    def __init__(self, front, reader, writer):
        self.front, self.cluster = front, front.cluster
        self.client_reader, self.client = reader, writer
        self.node_reader, self.node = None, None
        self.has_collections = False
        self.asked = {}  # opaque: (request, key, fault)
        self.held = []  # requests that are shown another map after an answer is lost

    async def run(self):
        self.cluster.links.add(self)
        try:
            self.node_reader, self.node = await asyncio.open_connection(*self.front.target)
            if self.cluster.login is not None:
                await self._log_in()
        except (OSError, asyncio.IncompleteReadError):
            self.cut()
        if not self.is_open:
            self.cut()  # meanwhile
            return
        await asyncio.gather(self._pump(self.client_reader, self._requested),
                             self._pump(self.node_reader, self._responded))

    async def _log_in(self):
        """In the place of a client who has shown a certificate, and says nothing more."""
        self.node.write(packets.login(*self.cluster.login))
        head = await self.node_reader.readexactly(packets.HEADER.size)
        await self.node_reader.readexactly(packets.body_size(head))

    async def _pump(self, reader, handle):
        buffer = bytearray()
        try:
            while chunk := await reader.read(CHUNK):
                buffer += chunk
                if buffer[0] not in packets.MAGICS:
                    break  # as a server does; the makers' mock would end
                for packet in packets.cut_off(buffer):
                    if self.is_open:
                        handle(packet)
                await asyncio.gather(self.client.drain(), self.node.drain())
        except OSError:
            pass
        self.cut()

    @property
    def is_open(self):
        return self in self.cluster.links

    def cut(self):
        self.cluster.links.discard(self)
        for end in (self.client, self.node):
            if end is not None:
                end.transport.abort()

    def _key(self, packet):
        is_prefixed = self.has_collections and packet.opcode in (packets.GET, *packets.WRITES)
        return packets.key_in_collection(packet.key) if is_prefixed else packet.key

    def _requested(self, packet):
        if not packet.is_request:
            self.node.write(packet.raw)
            return
        fault = self.cluster.fault_for(packet)
        if packet.opcode in (packets.GET, packets.GET_COLLECTION_ID, *packets.WRITES):
            self.asked[packet.opaque] = (packet, self._key(packet).decode(errors="replace"), fault)
        if fault is None or fault.kind in ("answer lost", "cut after"):
            if packet.opcode in packets.WRITES:
                # Whatever becomes of its answer: one that is not there is not listed anyway.
                self.cluster.keys.add(self.asked[packet.opaque][1])
            self.node.write(packet.raw)
            return
        self.cluster.note(*self.asked.pop(packet.opaque)[:2])
        if fault.kind == "cut before":
            self.cut()
        elif fault.kind == "status":
            self.client.write(packets.response_to(packet, fault.status))
        elif fault.kind == "map":
            self.held.append(packet)

    def _responded(self, packet):
        if not packet.is_response:
            self.client.write(packet.raw)
            return
        request, key, fault = self.asked.pop(packet.opaque, (None, None, None))
        # The makers' mock tells first that there is no such collection, and then its number.
        if request is None and packet.opcode == packets.GET_COLLECTION_ID:
            return
        if request is not None:
            self.cluster.note(request, key, packet.status)
        if packet.opcode == packets.HELLO:
            agreed = zip(packet.value[::2], packet.value[1::2])
            self.has_collections = any(high << 8 | low == packets.COLLECTIONS
                                       for high, low in agreed)
        if fault is not None:
            self._lose(fault)
        else:
            has_map = (packet.opcode == packets.GET_CLUSTER_CONFIG
                       or packet.status == NOT_MY_VBUCKET)
            self.client.write(self.cluster.with_map(packet) if has_map else packet.raw)


    def _lose(self, fault):
        if fault.kind == "cut after":
            self.cut()
        for packet in self.held:
            self.client.write(packets.response_to(packet, NOT_MY_VBUCKET,
                                                  self.cluster.map_without(self.front)))
        self.held.clear()


class _Front:
    """What listens in the place of a node."""

    def __init__(self, cluster, target):
        self.cluster, self.target = cluster, target
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.server = None

    async def accept(self, reader, writer):
        await _Link(self, reader, writer).run()


class CouchbaseProxy:
    """Before the cluster whose nodes are `nodes`, (host, port) each, within the `with` block.
    Clients see the proxies in the cluster's map, and a query service of ours, which knows the keys
    that were written through them. With `secure`, an SSLContext, they speak TLS to clients;
    with `login`, a user and his password, they log in at the nodes themselves."""

    def __init__(self, nodes, secure=None, login=None):
        self.secure, self.login = secure, login
        self.fronts = {}  # of (host, port)
        self.links = set()
        self.faults = []
        self.sent = []
        self.keys = set()
        self.replaced = 0  # by how much the map is newer than the cluster's own
        self._last_map = None
        self._nodes = nodes
        self._lock = threading.Lock()
        self._opened = []
        self._tasks = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.query = QueryService(self)

    def __enter__(self):
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *_):
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _open(self):
        await self.query.open()
        for node in self._nodes:
            await self.open(self._front(node))

    async def _close(self):
        for front in self._opened:
            front.server.close()
        self.query.close()
        for link in list(self.links):
            link.cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # those of the links end with them
            await asyncio.wait(others, timeout=CLOSED_WITHIN_S)
        await asyncio.sleep(0)  # what ends with them has its turn

    async def open(self, front):
        front.server = await asyncio.start_server(front.accept, sock=front.socket, limit=CHUNK,
                                                  ssl=self.secure)
        self._opened.append(front)

    def _front(self, node):
        if node not in self.fronts:
            self.fronts[node] = _Front(self, node)
        return self.fronts[node]

    @property
    def addresses(self):
        """As a store URL names the cluster."""
        return ",".join(f"127.0.0.1:{self.fronts[node].port}" for node in self._nodes)

    def add(self, *faults):
        """From now on; the first one that meets a request counts."""
        with self._lock:
            self.faults.extend(faults)

    def heal(self):
        with self._lock:
            self.faults.clear()
            self.sent.clear()

    def cut(self, link):
        self._loop.call_soon_threadsafe(link.cut)

    def fault_for(self, packet):
        with self._lock:
            for fault in self.faults:
                if fault.meets(packet):
                    fault.times -= 1
                    if fault.times == 0:
                        fault.met.set()
                    return fault
        return None

    def note(self, request, key, status=None):
        if request.opcode not in packets.WRITES:
            return
        with self._lock:
            if self.faults or status is None:
                self.sent.append(Sent(request.opcode, key, request.durability(), status))

    @property
    def management(self):
        """Where the first node takes orders over HTTP, once a client has asked for the map."""
        return f"127.0.0.1:{self._last_map['nodesExt'][0]['services']['mgmt']}"

    def writes_of(self, key):
        """How often a write of `key` has come here, and what the server said each time."""
        with self._lock:
            return [sent for sent in self.sent if sent.key.endswith(key)]

    def map_without(self, front):
        """The map in which another proxy has the place of `front`."""
        self.fronts[front.target] = _Front(self, front.target)
        self._start(self.open(self.fronts[front.target]))
        self.replaced += 1
        return self._rewritten(self._last_map)

    def with_map(self, packet):
        if not packet.value:
            return packet.raw
        self._last_map = json.loads(packet.value)
        return packets.with_value(packet, self._rewritten(self._last_map))

    def _rewritten(self, cluster_map):
        """With our ports instead of the nodes', and nothing else that one could ask."""
        rewritten = json.loads(json.dumps(cluster_map))
        if "rev" in rewritten:
            rewritten["rev"] += self.replaced
        for node in rewritten.get("nodesExt", []):
            more = "SSL" if self.secure else ""
            node["services"] = {"kv" + more: self._port(node["services"]["kv"])}
            if self.query.is_there:
                # Both, as clusters do: the library looks at the first one, too.
                node["services"].update({name: self.query.port for name in ("n1ql", "n1qlSSL")})
            node["hostname"] = "127.0.0.1"
        for node in rewritten.get("nodes", []):
            node["hostname"] = "127.0.0.1:0"
            node["ports"] = {"direct": self._port(node["ports"]["direct"])}
        if "vBucketServerMap" in rewritten:
            servers = rewritten["vBucketServerMap"]["serverList"]
            servers[:] = [f"127.0.0.1:{self._port(int(server.rsplit(':', 1)[1]))}"
                          for server in servers]
        return json.dumps(rewritten).encode()

    def _port(self, port):
        """Of the proxy before the node that has this port; nodes of one machine differ in it."""
        for node, front in self.fronts.items():
            if node[1] == port:
                return front.port
        node = (self._nodes[0][0], port)
        self._start(self.open(self._front(node)))
        return self.fronts[node].port

    def _start(self, coroutine):
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
