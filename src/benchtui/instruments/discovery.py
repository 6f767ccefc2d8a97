"""What is connected to this computer: serial ports, GPIB, USB; on the network only when that is asked for.

No serial port is opened: opening one moves its control lines, and some instruments start anew then. Who has a port
open is read from what Linux tells about processes and locks.

PyVISA's own list of resources is asked through a library of an instrument maker alone, which searches the kinds that it
is asked for and no other. The library written in Python, pyvisa-py, would search all kinds whatever it is asked for,
the network by broadcasts included; its searches are called one by one.
"""

from __future__ import annotations

import importlib
import os
import stat
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PROC = Path("/proc")
_BY_ID = Path("/dev/serial/by-id")
LOCAL_KINDS = ("gpib", "usb")
NETWORK_KINDS = ("tcpip",)


class PortUser(msgspec.Struct, frozen=True):
    """A process that has a serial port open, or locked: its number and its name, as far as they can be seen."""

    pid: int
    program: str


class SerialPort(msgspec.Struct, frozen=True, kw_only=True):
    """A serial port.

    Attributes
    ----------
    device
        The device file, such as ``/dev/ttyUSB0``: it may be another one tomorrow.
    resource
        What to write into a bench file: the name under which the adapter is always found, where it has one.
    description, hwid
        What the operating system knows of it; empty if nothing.
    users
        Other processes that have it open.
    locked
        True if another process has locked it.
    """

    device: str
    resource: str
    description: str
    hwid: str
    users: tuple[PortUser, ...]
    locked: bool

    @property
    def free(self) -> bool:
        """True if no other process is known to use it."""
        return not (self.users or self.locked)


class VisaFindings(msgspec.Struct, frozen=True):
    """Resources that a VISA library found, and *notes* on what it could not search."""

    resources: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


# ------------------------------------------------------------------------------------------------------- serial ports
def serial_ports() -> tuple[SerialPort, ...]:
    """Return the serial ports of this computer, in order; none is opened."""
    from serial.tools.list_ports import comports

    found = sorted(comports(), key=lambda port: str(port.device))
    return tuple(
        serial_port(str(port.device), description=_known(port.description), hwid=_known(port.hwid))
        for port in found
    )


def serial_port(device: str, *, description: str = "", hwid: str = "") -> SerialPort:
    """Return what is known of one serial port."""
    locker = _locker(device)
    users = {user.pid: user for user in _users(device)}
    if locker is not None and locker != os.getpid():
        users.setdefault(locker, PortUser(locker, _program(locker)))
    return SerialPort(
        device=device,
        resource=f"ASRL{_lasting_name(device)}::INSTR",
        description=description,
        hwid=hwid,
        users=tuple(users[pid] for pid in sorted(users)),
        locked=locker is not None and locker != os.getpid(),
    )


def _known(words: object) -> str:
    return "" if words in (None, "n/a") else str(words)


def _lasting_name(device: str) -> str:
    """Return the link that udev makes for the adapter itself, else the device."""
    with suppress(OSError):
        for link in sorted(_BY_ID.iterdir()):
            if link.resolve() == Path(device).resolve():
                return str(link)
    return device


def _users(device: str) -> Iterator[PortUser]:
    """Yield the other processes that have *device* open, as far as this user may see them."""
    try:
        wanted = Path(device).stat()
    except OSError:
        return
    if not stat.S_ISCHR(wanted.st_mode):
        return
    for process in _PROC.glob("[0-9]*"):
        pid = int(process.name)
        if pid != os.getpid() and wanted.st_rdev in _open_devices(process):
            yield PortUser(pid, _program(pid))


def _open_devices(process: Path) -> Iterator[int]:
    with suppress(OSError):  # it has ended, or is somebody else's
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                status = descriptor.stat()
                if stat.S_ISCHR(status.st_mode):
                    yield status.st_rdev


def _locker(device: str) -> int | None:
    """Return the process that holds a lock on *device*, also one that this user may not look into."""
    try:
        status = Path(device).stat()
        lines = (_PROC / "locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        words = line.split()
        # "1: FLOCK ADVISORY WRITE 4242 00:05:631 0 EOF"; one that waits for the lock has an arrow before its kind.
        if len(words) >= 6 and words[1] != "->" and words[5] == place:
            return int(words[4])
    return None


def _program(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


# ---------------------------------------------------------------------------------------------------------------- VISA
def visa_resources(kinds: Iterable[str] = LOCAL_KINDS) -> VisaFindings:
    """Return what the VISA library of this computer finds on buses of *kinds*.

    :data:`NETWORK_KINDS` are searched by broadcasts into every network that this computer is in; no other kind sends
    anything into a network.
    """
    import pyvisa

    try:
        manager = pyvisa.ResourceManager()
    except (OSError, ValueError) as error:
        return VisaFindings(
            (), (text(N_("This computer has no VISA library: {reason}."), reason=_words(error)),)
        )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            if type(manager.visalib).__module__.startswith("pyvisa_py"):
                found, notes = _search_in_python(tuple(kinds))
            else:
                found, notes = _search_in_library(manager, tuple(kinds))
        finally:
            manager.close()
    warned = tuple(
        text("{words}", words=_words(warning.message)) for warning in said if warning.category is UserWarning
    )
    return VisaFindings(tuple(sorted(set(found))), (*notes, *warned))


def _search_in_python(kinds: tuple[str, ...]) -> tuple[list[str], list[Text]]:
    """Call the searches of pyvisa-py for instruments of *kinds*, and note which of them it cannot do."""
    from pyvisa.constants import InterfaceType

    sessions = importlib.import_module("pyvisa_py.sessions").Session  # it has no types
    wanted = {getattr(InterfaceType, kind): kind for kind in kinds}
    found: list[str] = []
    missing: dict[str, object] = {}
    for (bus, resource_class), session in sessions.iter_valid_session_classes():
        if bus in wanted and resource_class == "INSTR":
            try:
                found += session.list_resources()
            except Exception as error:  # noqa: BLE001 - a driver of a bus may fail in any way; the others are searched
                missing[wanted[bus]] = error
    for (bus, _), issue in sessions.iter_session_classes_issues():
        if bus in wanted:
            missing.setdefault(wanted[bus], issue)
    return found, [_not_searched(kind, reason) for kind, reason in missing.items()]


def _search_in_library(manager: Any, kinds: tuple[str, ...]) -> tuple[list[str], list[Text]]:
    """Ask a maker's library for instruments of *kinds*, one kind at a time."""
    found: list[str] = []
    notes: list[Text] = []
    for kind in kinds:
        try:
            found += manager.list_resources(f"{kind.upper()}?*INSTR")
        except Exception as error:  # noqa: BLE001 - as above
            notes.append(_not_searched(kind, error))
    return found, notes


def _not_searched(kind: str, reason: object) -> Text:
    return text(N_("{kind} was not searched: {reason}"), kind=kind.upper(), reason=_words(reason))


def _words(reason: object) -> str:
    return (str(reason).strip().splitlines() or [type(reason).__name__])[0].rstrip(".")
