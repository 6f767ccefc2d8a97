"""What differs between platforms: where things lie, local sockets, locks, signals, detached children.

Linux is what the tests prove. On Windows the local socket is loopback TCP with a token file that only the user reads.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

WINDOWS = sys.platform == "win32"
HELD_BY_ANOTHER = 75
"""Exit status of an engine that found the lock of its workspace taken (``EX_TEMPFAIL``)."""
ADDRESS_LENGTH = 103
"""Longest path in bytes of a Unix domain socket, on every system that has them."""


def default_workspace() -> Path:
    """Return the workspace used when none is named: ``$BENCHTUI_WORKSPACE`` or the user's data directory."""
    named = os.environ.get("BENCHTUI_WORKSPACE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("benchtui", appauthor=False))


def _runtime_dir(longest_name: int) -> Path:
    """Return a folder of this user alone, in which a name of that length makes an address that fits a socket."""
    uid = os.getuid() if sys.platform != "win32" else 0
    bases = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108 - the folder in it is checked below
    paths = [Path(base) / f"benchtui-{uid}" for base in bases if base and Path(base).is_dir()]
    path = next(
        (path for path in paths if len(os.fsencode(path)) + 1 + longest_name <= ADDRESS_LENGTH), paths[0]
    )
    path.mkdir(mode=0o700, exist_ok=True)
    if sys.platform != "win32":
        status = path.stat()
        if status.st_uid != uid or status.st_mode & 0o077:
            message = f"{path} belongs to somebody else or is open to others"
            raise PermissionError(message)
    return path


def endpoint(workspace: Path) -> Path:
    """Return the path of the workspace engine's socket (Windows: of its token file). Short enough for a sockaddr."""
    name = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:20] + ".sock"
    return _runtime_dir(len(name)) / name


def listen(path: Path) -> socket.socket:
    """Listen at *path* for this user only."""
    if sys.platform == "win32":
        listener = socket.create_server(("127.0.0.1", 0))
        path.write_text(f"{listener.getsockname()[1]} {secrets.token_hex(16)}")
        return listener
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(old)
    listener.listen(8)
    return listener


def admit(path: Path, connection: socket.socket) -> bool:
    """Check a new *connection* to the engine: always right on a Unix socket, by token on Windows."""
    if sys.platform != "win32":
        return True
    token = path.read_text().split()[1].encode()
    connection.settimeout(2.0)
    offered = b""
    while len(offered) < len(token):
        chunk = connection.recv(len(token) - len(offered))
        if not chunk:
            return False
        offered += chunk
    connection.settimeout(None)
    return secrets.compare_digest(offered, token)


def dial(path: Path) -> socket.socket:
    """Connect to the engine at *path*. Raises ``OSError`` if none listens."""
    if sys.platform == "win32":
        port, token = path.read_text().split()
        connection = socket.create_connection(("127.0.0.1", int(port)), timeout=2.0)
        connection.settimeout(None)
        connection.sendall(token.encode())
        return connection
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


class Lock:
    """An exclusive lock on a file that the operating system releases when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock; False if another process holds it."""
        file = self._path.open("a+", encoding="utf-8")
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} {socket.gethostname()}\n")
        file.flush()
        self._file = file
        return True

    def holder(self) -> str:
        """Return ``pid host`` of the process that holds the lock, as far as it can be read."""
        try:
            return self._path.read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def spawn_detached(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start *argv* so that it outlives this process and its terminal; its output goes to *log*."""
    with log.open("ab") as sink:
        return subprocess.Popen(  # noqa: S603 - the argument vector is our own
            argv,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=not WINDOWS,
            close_fds=True,
        )


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Forget a child that is meant to outlive us; without this its destructor would warn."""
    process.returncode = process.poll() or 0


def termination_signals() -> set[signal.Signals]:
    """Return the signals that ask a process to end."""
    names = ("SIGHUP", "SIGTERM", "SIGINT")
    return {getattr(signal, name) for name in names if hasattr(signal, name)}


def block(signals: set[signal.Signals]) -> None:
    """Keep *signals* from this thread and all threads started after it, for :func:`wait_signal`."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)


def unblock(signals: set[signal.Signals]) -> None:
    """Let *signals* through again, in a child that inherited them blocked."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)


def wait_signal(signals: set[signal.Signals]) -> int:
    """Wait for one of *signals* that were blocked; return its number."""
    if sys.platform != "win32":
        return int(signal.sigwait(signals))
    arrived = threading.Event()
    caught: list[int] = []

    def note(number: int, _frame: object) -> None:
        caught.append(number)
        arrived.set()

    for number in signals:
        signal.signal(number, note)
    arrived.wait()
    return caught[0]
