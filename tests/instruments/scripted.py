"""A transport that answers each frame with what a test makes of it; for fuzzing, where a server would cost time."""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, TypeVar

from benchtui.instruments.link import Link, Wire
from benchtui.instruments.wire_log import WireLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


class ScriptedTransport:
    """Hands out *chunks* one by one after the first frame."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = deque(chunks)
        self._asked = False
        self.sent: list[bytes] = []

    @property
    def address(self) -> str:
        return "script"

    def open(self, timeout: float) -> None:
        return

    def send(self, frame: bytes, timeout: float) -> int:
        self._asked = True
        self.sent.append(frame)
        return len(frame)

    def receive(self, timeout: float) -> bytes:
        if self._asked and self._chunks:
            return self._chunks.popleft()
        time.sleep(min(timeout, 0.002))
        return b""

    def flush(self) -> bytes:
        return b""

    def renew(self, timeout: float) -> None:
        return

    def interrupt(self) -> None:
        return

    def close(self) -> None:
        return


@contextmanager
def scripted(chunks: list[bytes]) -> Iterator[Link]:
    link = Link(ScriptedTransport(chunks), WireLog(), lambda wire: wire.settled())
    with closing(link):
        link.open()
        yield link


def run(chunks: list[bytes], work: Callable[[Wire], T]) -> T:
    """Run *work* on a wire that answers with *chunks*."""
    with scripted(chunks) as link:
        return link.run(work)
