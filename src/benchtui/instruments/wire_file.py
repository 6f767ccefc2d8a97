"""The wire log on disk: another process can show it, and it outlives this one.

Each instrument has the file ``NAME.log`` in the folder ``wire`` of its workspace, and ``NAME.log.1``, the one before
it; a file that has reached :data:`FILE_LIMIT` is put aside. A line is the JSON of one piece, in the form in which a
recorded conversation is played again (:mod:`~benchtui.instruments.replay`), unless it was too long to be kept whole.

A thread of its own writes. A wire's thread only puts an entry into a queue: on the way to it stands a safe-off, and a
disk that is slow, full or gone must not stand before that. What a process had not yet written when it was killed is
lost, that is the last :data:`PAUSE`; what was written survives it, for the operating system has it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from benchtui.instruments.wire_log import Direction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchtui.instruments.wire_log import WireEntry

FOLDER = "wire"
"""Name of the folder in its workspace."""
FILE_LIMIT = 512 * 1024
"""Size in bytes at which a file is put aside and a new one is begun."""
PIECE_LIMIT = 2048
"""How many bytes of a piece are kept; a waveform would push everything else out."""
PAUSE = 0.005
"""Seconds for which entries are gathered before they are written together."""
_WAITING = 5000
_SUFFIX = ".log"
_log = logging.getLogger(__name__)


class KeptPiece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the file. *octets* as latin-1 text; *cut* is how many bytes there were, if they were not all kept."""

    direction: Direction
    octets: str
    time: float
    cut: int = 0

    @property
    def length(self) -> int:
        """How many bytes went over the wire."""
        return self.cut or len(self.octets)


def piece_of(entry: WireEntry) -> KeptPiece:
    """Return *entry* as it is kept: no more than the first :data:`PIECE_LIMIT` bytes of it."""
    length = len(entry.octets)
    return KeptPiece(
        direction=entry.direction,
        octets=entry.octets[:PIECE_LIMIT].decode("latin-1"),
        time=entry.time,
        cut=length if length > PIECE_LIMIT else 0,
    )


class WireRecorder:
    """Writes the wire logs of a bench to files in *folder*. Never raises: a log is a help, not the record.

    Parameters
    ----------
    folder
        Where the files go; it is made when there is something to write.
    limit
        Size in bytes at which a file is put aside.
    """

    def __init__(self, folder: Path, *, limit: int = FILE_LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._waiting: deque[tuple[str, KeptPiece]] = deque(maxlen=_WAITING)
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._files: dict[str, int] = {}
        self._failed = False

    def sink(self, name: str) -> Callable[[WireEntry], None]:
        """Return what takes the entries of the instrument *name*; it may be called from any thread and never waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="wire logs", daemon=True)
            self._thread.start()
        waiting, wanted = self._waiting, self._wanted

        def put(entry: WireEntry) -> None:
            waiting.append((name, piece_of(entry)))
            if not wanted.is_set():
                wanted.set()

        return put

    def close(self, patience: float = 2.0) -> None:
        """Write what waits, for no longer than *patience* seconds, and let the files go."""
        self._closing.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(patience)

    # --- in the thread that writes
    def _serve(self) -> None:
        while not self._closing.is_set():
            self._wanted.wait()
            self._closing.wait(PAUSE)
            self._wanted.clear()
            self._write_out()
        self._write_out()
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()

    def _write_out(self) -> None:
        lines: dict[str, list[bytes]] = {}
        while self._waiting:
            name, piece = self._waiting.popleft()
            lines.setdefault(name, []).append(msgspec.json.encode(piece) + b"\n")
        for name, pieces in lines.items():
            try:
                self._append(name, b"".join(pieces))
            except OSError:
                if not self._failed:  # once is enough: it may fail a thousand times a second
                    _log.warning("the wire log of %s cannot be written", name, exc_info=True)
                self._failed = True
                self._let_go(name)

    def _append(self, name: str, block: bytes) -> None:
        path = self._folder / f"{name}{_SUFFIX}"
        descriptor = self._files.get(name)
        if descriptor is None or not _leads_to(path, descriptor):
            # It is not there yet, or another process has put it aside.
            self._let_go(name)
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            self._files[name] = descriptor
        os.write(descriptor, block)
        if os.fstat(descriptor).st_size >= self._limit:
            self._let_go(name)
            path.replace(_older(path))

    def _let_go(self, name: str) -> None:
        descriptor = self._files.pop(name, None)
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _leads_to(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def kept_logs(folder: Path) -> tuple[str, ...]:
    """Return the names of the instruments that have a log in *folder*, in order."""
    names = {path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}")}
    names |= {path.name.removesuffix(f"{_SUFFIX}.1") for path in folder.glob(f"*{_SUFFIX}.1")}
    return tuple(sorted(names))


def read_log(folder: Path, name: str) -> tuple[KeptPiece, ...]:
    """Return what is kept of the wire of the instrument *name*, oldest first; a line that is none is left out."""
    path = folder / f"{name}{_SUFFIX}"
    pieces: list[KeptPiece] = []
    for file in (_older(path), path):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        for line in lines:
            with suppress(msgspec.MsgspecError):  # the one at which a crash or a full disk cut it off
                pieces.append(msgspec.json.decode(line, type=KeptPiece))
    return tuple(pieces)
