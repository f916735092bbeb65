"""The one question that our driver asks the query service, answered in its place: which ids lie
between two. Real ones are asked in SQL++; this one must be asked in those very words."""
# SPDX-License-Identifier: Apache-2.0
import asyncio
import json
import re

STATEMENT = re.compile(
    r"SELECT RAW META\(d\)\.id FROM [`\w.%-]+ AS d WHERE META\(d\)\.id (>=?) \$1 "
    r"AND META\(d\)\.id < \$2 ORDER BY META\(d\)\.id LIMIT \$3")


class QueryService:
    """Knows the keys that the proxies have seen written. `port` is there after open(). While there
    is an `error`, that is the answer."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.port = None
        self.is_there = True  # in the map
        self.asked = 0
        self.error = None
        self._server = None

    async def open(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0,
                                                  ssl=self.cluster.secure)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
                status, answer = self._answer(json.loads(await reader.readexactly(size)))
                body = json.dumps(answer).encode()
                writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                             f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _answer(self, question):
        self.asked += 1
        if self.error is not None:
            return "404 Not Found", {"status": "fatal", "errors": [self.error]}
        asked = STATEMENT.fullmatch(question.get("statement", ""))
        if asked is None or question.get("scan_consistency") != "request_plus":
            return "400 Bad Request", {"status": "fatal", "errors": [
                {"code": 3000, "msg": "this stand-in knows one question only"}]}
        first, end, limit = question["args"]
        is_inclusive = asked.group(1) == ">="
        ids = sorted(key for key in set(self.cluster.keys)
                     if (first < key or (is_inclusive and first == key)) and key < end)
        return "200 OK", {"requestID": "1", "results": ids[:limit], "status": "success"}
