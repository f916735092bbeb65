"""Packets of Couchbase's key-value protocol: where one ends, what it is, and how to write one."""
# SPDX-License-Identifier: Apache-2.0
import struct
from dataclasses import dataclass

HEADER = struct.Struct(">BBBBBBHIIQ")
REQUEST, RESPONSE, FLEXIBLE_REQUEST, FLEXIBLE_RESPONSE = 0x80, 0x81, 0x08, 0x18
MAGICS = (REQUEST, RESPONSE, FLEXIBLE_REQUEST, FLEXIBLE_RESPONSE, 0x82, 0x83)  # servers ask, too
GET, SET, ADD, REPLACE = 0x00, 0x01, 0x02, 0x03
HELLO, SASL_AUTH, GET_CLUSTER_CONFIG, GET_COLLECTION_ID = 0x1F, 0x21, 0xB5, 0xBB
WRITES = (SET, ADD, REPLACE)
COLLECTIONS = 0x12  # a feature that HELLO agrees on
DURABILITY_FRAME = 1


@dataclass(frozen=True)
class Packet:
    """One packet; `status` is a response's, and the number of the vbucket in a request."""

    magic: int
    opcode: int
    status: int
    opaque: int
    key: bytes
    frames: bytes
    extras: bytes
    value: bytes
    raw: bytes

    @property
    def is_request(self):
        return self.magic in (REQUEST, FLEXIBLE_REQUEST)

    @property
    def is_response(self):
        return self.magic in (RESPONSE, FLEXIBLE_RESPONSE)

    def durability(self):
        """The level that a write asks for and the server's time for it in ms; None if none."""
        at = 0
        while at < len(self.frames):
            kind, size = self.frames[at] >> 4, self.frames[at] & 15
            if kind == DURABILITY_FRAME:
                content = self.frames[at + 1:at + 1 + size]
                limit = int.from_bytes(content[1:3], "big") if size == 3 else None
                return content[0], limit
            at += 1 + size
        return None


def packet_of(raw):
    magic, opcode, third, fourth, extras, _, status, _, opaque, _ = HEADER.unpack_from(raw)
    is_flexible = magic in (FLEXIBLE_REQUEST, FLEXIBLE_RESPONSE)
    frames, key = (third, fourth) if is_flexible else (0, third << 8 | fourth)
    ends = [HEADER.size, HEADER.size + frames]
    ends += [ends[-1] + extras, ends[-1] + extras + key]
    parts = [raw[begin:end] for begin, end in zip(ends, [*ends[1:], len(raw)])]
    return Packet(magic, opcode, status, opaque, key=parts[2], frames=parts[0], extras=parts[1],
                  value=parts[3], raw=raw)


def body_size(head):
    return int.from_bytes(head[8:12], "big")


def cut_off(buffer):
    """The whole packets at the beginning of a bytearray, which loses them."""
    found, at = [], 0
    while len(buffer) - at >= HEADER.size:
        size = HEADER.size + body_size(buffer[at:at + HEADER.size])
        if len(buffer) - at < size:
            break
        found.append(packet_of(bytes(buffer[at:at + size])))
        at += size
    del buffer[:at]
    return found


def login(user, password):
    """A request to be taken for `user`."""
    key, value = b"PLAIN", f"\0{user}\0{password}".encode()
    return HEADER.pack(REQUEST, SASL_AUTH, 0, len(key), 0, 0, 0, len(key) + len(value), 0,
                       0) + key + value


def response_to(request, status, value=b""):
    return HEADER.pack(RESPONSE, request.opcode, 0, 0, 0, 0, status, len(value), request.opaque,
                       0) + value


def with_value(packet, value):
    """The same packet with another value."""
    head = packet.raw[:len(packet.raw) - len(packet.value)]
    body = len(head) - HEADER.size + len(value)
    return head[:8] + body.to_bytes(4, "big") + head[12:] + value


def key_in_collection(key):
    """Without the collection's number before it: seven bits a byte, the last one below 128."""
    at = 0
    while key[at] & 0x80:
        at += 1
    return key[at + 1:]
