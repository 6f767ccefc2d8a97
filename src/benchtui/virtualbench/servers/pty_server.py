"""An instrument on a serial line: a pseudo-terminal whose other end a client opens like any serial port.

The port is there as long as the bench is; clients may close it and open it again. A pseudo-terminal carries bytes and
nothing else: speed, parity and handshake lines that a client sets have no effect.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import termios
import threading
import time
import tty
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.faults import Faults
from benchtui.virtualbench.servers.link import LINES, Framing, Link

if TYPE_CHECKING:
    from benchtui.virtualbench.stand import FrontEnd

TIOCSPTLCK: Final = 0x40045431
"""Linux: lock (1) or unlock (0) a pseudo-terminal; a locked one cannot be opened. See ioctl_tty(2)."""
LOOK: Final = 0.02
"""Seconds between two looks at whether somebody has opened the port."""
SERIAL: Final = "ASRL"
"""What the resource of a serial line begins with."""


class PtyChannel:
    """The bytes of a client from opening the port to closing it.

    Parameters
    ----------
    master
        Our end of the line, not blocking.
    wake
        A descriptor that becomes readable when the bench is switched off.
    """

    def __init__(self, master: int, wake: int) -> None:
        self._master = master
        self._wake = wake
        self._poll = select.poll()
        self._poll.register(wake, select.POLLIN)
        self.unplugged = False

    def receive(self, timeout: float | None) -> bytes | None:
        """Return what came in time; None if the port was closed."""
        happened = self._wait(select.POLLIN, timeout)
        if self.unplugged or self._wake in happened:
            return None
        if happened.get(self._master, 0) & select.POLLIN:
            _forget_speed(self._master)
            with contextlib.suppress(OSError):
                return os.read(self._master, 4096)
        return None if happened else b""

    def send(self, octets: bytes) -> None:
        """Send; bytes that nobody is there to receive are lost, as on a real line."""
        while octets and not self.unplugged:
            happened = self._wait(select.POLLOUT, None)
            if self._wake in happened or happened.get(self._master, 0) & select.POLLHUP:
                return
            with contextlib.suppress(OSError):
                octets = octets[os.write(self._master, octets) :]

    def hang_up(self, *, reset: bool) -> None:  # noqa: ARG002 - a serial line knows no difference
        """Unplug the adapter: the port is gone."""
        self.unplugged = True

    def close(self) -> None:
        """Nothing: the line stays, for the next client."""

    def _wait(self, event: int, timeout: float | None) -> dict[int, int]:
        if self.unplugged:
            return {}
        self._poll.register(self._master, event)
        return dict(self._poll.poll(None if timeout is None else timeout * 1000.0))


class PtyServer:
    """Serves an instrument on a pseudo-terminal, one client after the other.

    Parameters
    ----------
    front
        What answers.
    framing, baud
        Where commands and answers end; the speed that the fault ``slow-bytes`` has.
    faults, identity
        What still goes wrong on the wire; the words by which the instrument's answers name it.

    Raises
    ------
    OSError
        No pseudo-terminal is left.
    """

    def __init__(
        self,
        front: FrontEnd,
        *,
        framing: Framing = LINES,
        baud: int = 0,
        faults: Faults | None = None,
        identity: tuple[str, ...] = (),
    ) -> None:
        self._front = front
        self._framing = framing
        self._baud = baud
        self._faults = faults or Faults()
        self._identity = identity
        self._lock = threading.Lock()
        self._master: int | None
        self._master, self.path = _plug_in()
        self._wake, self._waker = os.pipe()
        self._stop = threading.Event()
        self._connected = False
        self._left = time.monotonic()
        self._link: Link | None = None
        self._thread = threading.Thread(target=self._run, name=f"serial {self.path}", daemon=True)
        self._faults.watch(self._door)

    @property
    def resource(self) -> str:
        """The address as a VISA resource string."""
        return f"ASRL{self.path}::INSTR"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def idle_since(self) -> float | None:
        """Return the ``time.monotonic()`` since which nobody has the port open; None if somebody has."""
        return None if self._connected else self._left

    def close(self) -> None:
        """Take the port away."""
        self._stop.set()
        os.write(self._waker, b"x")
        if self._link is not None:
            self._link.close()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            for descriptor in (self._master, self._wake, self._waker):
                if descriptor is not None:
                    os.close(descriptor)
            self._master = None

    def _door(self) -> None:
        """Keep clients from opening the port while the fault ``refuse-connection`` lasts."""
        locked = int(self._faults.pending("refuse-connection"))
        with self._lock:
            if self._master is not None:
                fcntl.ioctl(self._master, TIOCSPTLCK, struct.pack("i", locked))

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._master is None:
                self._plug_in_again()
            if self._master is None or not _is_open(self._master):
                self._stop.wait(LOOK)
                continue
            self._connected = True
            if self._serve(self._master):
                with self._lock:
                    os.close(self._master)
                    self._master = None
            else:
                self._forget_unread()
            self._left = time.monotonic()
            self._connected = False

    def _serve(self, master: int) -> bool:
        """Serve one client; return True if the adapter was unplugged."""
        channel = PtyChannel(master, self._wake)
        self._link = Link(channel, self._framing, self._faults, self._identity, self._baud)
        self._link.serve(self._front)
        return channel.unplugged

    def _plug_in_again(self) -> None:
        """Get the same name again; it is free once the client that was cut off has closed the port."""
        master, path = _plug_in()
        if path != self.path:
            os.close(master)
            return
        with self._lock:
            self._master = master
        self._door()

    def _forget_unread(self) -> None:
        """Throw away what the client that left has not read."""
        with contextlib.suppress(OSError):
            slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
            termios.tcflush(slave, termios.TCIFLUSH)
            _forget_speed(slave)
            os.close(slave)


def _plug_in() -> tuple[int, str]:
    """Return our end of a new line in raw mode, and the path of the clients' end, which nobody has open."""
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    os.set_blocking(master, False)
    return master, path


def _is_open(master: int) -> bool:
    """Tell whether a client has the other end open, or has left bytes there."""
    poll = select.poll()
    poll.register(master, select.POLLIN)
    happened = dict(poll.poll(0)).get(master, 0)
    return happened & select.POLLHUP == 0 or happened & select.POLLIN != 0


def _forget_speed(descriptor: int) -> None:
    """Set a speed that no client asks for.

    A pseudo-terminal keeps eight bits without parity whatever is asked of it. The C library takes that for a failure if
    a client's other settings change nothing either, as when it opens the port for the second time.
    """
    settings = termios.tcgetattr(descriptor)
    if settings[4:6] != [termios.B50, termios.B50]:
        settings[4:6] = [termios.B50, termios.B50]
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
