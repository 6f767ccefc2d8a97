"""A VXI-11 instrument without port mapper, for the tests (VXI-11, TCP/IP Instrument Protocol; ONC RPC: RFC 5531)."""

from __future__ import annotations

import socket
import struct
import time

from tests.instruments.hislip_server import HislipServer, exactly

_LAST_FRAGMENT = 1 << 31
_CREATE_LINK, _WRITE, _READ, _CLEAR, _DESTROY_LINK = 10, 11, 12, 15, 23
_OUT_OF_RESOURCES, _IO_TIMEOUT = 9, 15
_END = 4
_LARGEST = 1 << 16


class Vxi11Server(HislipServer):
    """As the HiSLIP server, whose account of who said what it keeps: a session is a link."""

    @property
    def resource(self) -> str:
        return f"TCPIP::127.0.0.1,{self.port}::gpib0,17::INSTR"

    def _converse(self, connection: socket.socket, sessions: list[int]) -> None:
        replies: dict[int, bytes] = {}
        while True:
            call = _Words(_record(connection))
            call_id, _, _, _, _, procedure = call.numbers(6)
            for _ in ("credentials", "verifier"):
                call.numbers(1)
                call.opaque()
            result = self._carry_out(procedure, call, sessions, replies)
            message = struct.pack("!6I", call_id, 1, 0, 0, 0, 0) + result
            connection.sendall(struct.pack("!I", _LAST_FRAGMENT | len(message)) + message)

    def _carry_out(
        self, procedure: int, call: _Words, sessions: list[int], replies: dict[int, bytes]
    ) -> bytes:
        if procedure == _CREATE_LINK:
            if len(self.open_sessions) >= self.most:
                return struct.pack("!4I", _OUT_OF_RESOURCES, 0, 0, 0)
            self._sessions += 1
            sessions.append(self._sessions)
            self.open_sessions.add(self._sessions)
            return struct.pack("!4I", 0, self._sessions, 0, _LARGEST)
        (link,) = call.numbers(1)
        if procedure == _WRITE:
            call.numbers(3)
            message = call.opaque()
            with self._carrying_out:
                self.heard.append((time.monotonic(), message))
                self.by.append(link)
                replies[link] = self.answer(message) or b""
            return struct.pack("!2I", 0, len(message))
        if procedure == _READ:
            _, timeout = call.numbers(2)
            reply = replies.pop(link, b"")
            if not reply:
                time.sleep(timeout / 1000)  # nothing can come any more: the answer is made with the question
                return struct.pack("!3I", _IO_TIMEOUT, 0, 0)
            return struct.pack("!2I", 0, _END) + _opaque(reply)
        if procedure == _CLEAR:
            replies.pop(link, None)
            self.clears += 1
            self.cleared.append(link)
            self.on_clear()
        elif procedure == _DESTROY_LINK:
            self.open_sessions.discard(link)
        return struct.pack("!I", 0)


class _Words:
    """The words of a message, read from its beginning (XDR, RFC 4506)."""

    def __init__(self, message: bytes) -> None:
        self._rest = message

    def numbers(self, count: int) -> tuple[int, ...]:
        found = struct.unpack_from(f"!{count}I", self._rest)
        self._rest = self._rest[4 * count :]
        return found

    def opaque(self) -> bytes:
        (length,) = self.numbers(1)
        found = self._rest[:length]
        self._rest = self._rest[length + -length % 4 :]
        return found


def _opaque(octets: bytes) -> bytes:
    return struct.pack("!I", len(octets)) + octets + bytes(-len(octets) % 4)


def _record(connection: socket.socket) -> bytes:
    found = b""
    while True:
        (mark,) = struct.unpack("!I", exactly(connection, 4))
        found += exactly(connection, mark & ~_LAST_FRAGMENT)
        if mark & _LAST_FRAGMENT:
            return found
