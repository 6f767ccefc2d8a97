"""GPIB, USB-TMC, VXI-11 and HiSLIP, through PyVISA and whichever VISA library this computer has.

PyVISA is imported when the first instrument is opened. It is never asked for raw sockets, nor for a list of
resources. Messages end with the bus's own END; a device clear drops what an instrument still has to say.

A read waits a slice of 50 ms and then gives way. VISA forgets what a read that ran out of time had fetched: an
instrument that pauses for longer than a slice within a message is not for this transport.
"""

from __future__ import annotations

import errno
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from benchtui.errors import InstrumentFailure, Lost, NoReply, Refused
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyvisa import ResourceManager
    from pyvisa.resources import MessageBasedResource

_CHUNK = 65536
# A write that ran out of time cannot be resumed: VISA does not say how much of it went out.
_SEND_TIMEOUT = 2.0
_CLEAR_TIMEOUT = 0.5
# What libraries say of an instrument that has no session left for us, beside VISA's codes: PyVISA-py wraps the HiSLIP
# server's refusal, and the numbers of VXI-11 (TCP/IP Instrument Protocol, table B.2: not accessible, out of resources,
# locked by another link).
_TAKEN = (
    "received 'FatalError",
    "error creating link: 3",
    "error creating link: 9",
    "error creating link: 11",
)

_finding = threading.Lock()
_library: ResourceManager | None = None


class Occupied(Refused):
    """The instrument is there, but gives no second session while another one is open."""


def find_library(where: str) -> ResourceManager:
    """Return the VISA library of this computer. It is looked for once: that can take a second.

    Parameters
    ----------
    where
        The resource for whose sake it is needed, for messages.

    Raises
    ------
    Refused
        There is none.
    """
    import pyvisa

    global _library
    with _finding:
        if _library is None or not _is_open(_library):
            try:
                _library = pyvisa.ResourceManager()
            except (OSError, ValueError) as error:
                raise Refused(
                    text(N_("This computer has no VISA library: {reason}."), reason=_first_line(error)),
                    where=where,
                    hint=text(N_("Install one (NI-VISA, Keysight IO Libraries), or pip install pyvisa-py.")),
                ) from error
        return _library


def _is_open(library: ResourceManager) -> bool:
    """Tell whether *library* can be used: whoever searches for instruments closes it afterwards."""
    from pyvisa.errors import InvalidSession

    try:
        return library.session is not None
    except InvalidSession:
        return False


class VisaTransport:
    """A session with an instrument.

    Parameters
    ----------
    resource
        VISA resource string, of a message-based kind.
    """

    def __init__(self, resource: str) -> None:
        self.resource = resource
        self._session: MessageBasedResource | None = None
        self._milliseconds = 0

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return self.resource

    def open(self, timeout: float) -> None:
        """Open a session, without a lock; one that is open is closed first."""
        self.close()
        library = find_library(self.resource)
        try:
            session: Any = library.open_resource(self.resource, open_timeout=int(timeout * 1000))
        except Exception as error:
            raise self._refused(error) from error
        self._session = session
        self._milliseconds = 0

    def send(self, frame: bytes, timeout: float) -> int:  # noqa: ARG002 - all of it or none: see above
        """Send *frame* as one message; 0 if the instrument does not take it."""
        session = self._within(_SEND_TIMEOUT)
        try:
            return int(session.visalib.write(session.session, frame)[0])
        except Exception as error:
            if _timed_out(error):
                raise NoReply(
                    text(N_("The instrument takes no more bytes.")),
                    where=self.resource,
                    hint=text(N_("It hangs: switch it off and on, then connect again.")),
                ) from error
            raise self._lost(error) from error

    def receive(self, timeout: float) -> bytes:
        """Return the bytes that came."""
        from pyvisa.constants import StatusCode

        session = self._within(timeout)
        quiet = (StatusCode.success_max_count_read, StatusCode.success_device_not_present)
        try:
            with session.visalib.ignore_warning(session.session, *quiet):
                return bytes(session.visalib.read(session.session, _CHUNK)[0])
        except Exception as error:
            if _timed_out(error):
                return b""
            raise self._lost(error) from error

    def flush(self) -> bytes:
        """Return nothing: nobody speaks on a bus unasked, and a read without a question is an error there."""
        return b""

    def renew(self, timeout: float) -> None:
        """Open a new session and clear the device: its output buffer survives a session."""
        self.open(timeout)
        self.clear()

    def interrupt(self) -> None:
        """Clear the device: on a bus it is heard by an instrument that is busy."""
        with suppress(Exception):
            self.clear()

    def clear(self) -> None:
        """Clear the device. Raises ``NoReply`` if it does not react, ``Lost`` if the session is gone."""
        session = self._within(_CLEAR_TIMEOUT)
        try:
            session.clear()
        except Exception as error:
            if _timed_out(error):
                raise NoReply(
                    text(N_("The instrument does not react to a device clear.")),
                    where=self.resource,
                    hint=text(N_("It hangs: switch it off and on, then connect again.")),
                ) from error
            raise self._lost(error) from error

    def close(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(Exception):
                session.close()

    def _within(self, seconds: float) -> MessageBasedResource:
        if self._session is None:
            raise self._lost(None)
        milliseconds = max(int(seconds * 1000), 1)
        if milliseconds != self._milliseconds:
            self._session.timeout = milliseconds
            self._milliseconds = milliseconds
        return self._session

    def _refused(self, error: Exception) -> InstrumentFailure:
        if _taken(error):
            return Occupied(
                text(N_("Another program uses this instrument.")),
                where=self.resource,
                hint=text(N_("End it, then connect again.")),
            )
        if isinstance(error, ValueError) and not hasattr(error, "error_code"):
            return Refused(
                text(
                    N_("The VISA library cannot reach this kind of instrument: {reason}."),
                    reason=_first_line(error),
                ),
                where=self.resource,
                hint=text(
                    N_("GPIB needs the library of the adapter's maker, or linux-gpib; USB needs pyusb.")
                ),
            )
        return Refused(
            text(N_("The VISA library cannot open it: {reason}."), reason=_first_line(error)),
            where=self.resource,
            hint=text(N_("Check that it is switched on, its cable, and the address.")),
        )

    def _lost(self, error: Exception | None) -> InstrumentFailure:
        self.close()
        what = (
            text(N_("The connection broke: {reason}."), reason=_first_line(error))
            if error is not None
            else text(N_("The instrument is not connected."))
        )
        return Lost(
            what,
            where=self.resource,
            hint=text(N_("Check that the instrument is still switched on, then connect again.")),
        )


def _timed_out(error: Exception) -> bool:
    from pyvisa.constants import StatusCode

    return isinstance(error, TimeoutError) or (getattr(error, "error_code", None) == StatusCode.error_timeout)


def _taken(error: Exception) -> bool:
    """Tell whether the instrument was refused because another session has it."""
    from pyvisa.constants import StatusCode

    busy = (StatusCode.error_resource_busy, StatusCode.error_resource_locked)
    return any(
        getattr(cause, "error_code", None) in busy
        or getattr(cause, "errno", None) == errno.EBUSY
        or any(word in str(cause) for word in _TAKEN)
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
