"""The errors of benchtui, in one family; each says what happened, where, and what to try at the bench.

::

    BenchtuiError                    exit status
    ├── BadInput                     2   a person's entry, a file, an option
    │   └── ProfileError             2   a TOML file: file, line, key, found, allowed
    ├── InstrumentFailure            3   something on the wire
    │   ├── Refused                      nobody listens at the address
    │   ├── Lost                         the connection was there and is gone
    │   ├── NoReply                      no complete answer in time
    │   ├── Garbled                      an answer that cannot be read
    │   ├── WrongInstrument              somebody else answers at the address
    │   ├── InstrumentError              the instrument reports an error of its own (code, text)
    │   ├── Interlock                    the safety interlock is open
    │   ├── OutOfRange                   a word for "over range", or compliance where none may be
    │   ├── NotSettled                   the reading did not come to rest
    │   └── Diverged                     a recorded conversation is not the one that the program leads
    ├── StandardRefused              3   a standard that does not meet its row (range, accuracy, date)
    ├── RecordsError                 1   the record: locked, broken chain, disk full
    ├── CertificateError             1   a certificate that must not be issued as it stands
    ├── EngineLost                   3   the engine process ended
    └── Aborted                    130   a person said stop
"""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import Text


class BenchtuiError(Exception):
    """Base of all errors that a technician may see.

    Parameters
    ----------
    what
        One sentence: what happened.
    where
        File, address, instrument or step; data, not translated.
    hint
        One sentence: what to try at the bench.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, what: Text | str, *, where: str = "", hint: Text | str = "") -> None:
        super().__init__(str(what))
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        sentence = str(self.what)
        if self.where:
            sentence = f"{self.where}: {sentence}"
        return f"{sentence} {self.hint}" if self.hint else sentence


class BadInput(BenchtuiError):
    """Something that a person typed or a file holds cannot be used."""

    exit_status = 2


class ProfileError(BadInput):
    """A TOML file is not what it should be; *where* is ``file:line``, the sentence names key, found, allowed."""


class InstrumentFailure(BenchtuiError):
    """Something went wrong between the program and an instrument."""

    exit_status = 3


class Refused(InstrumentFailure):
    """Nobody listens at the address."""


class Lost(InstrumentFailure):
    """The connection was open and is gone."""


class NoReply(InstrumentFailure):
    """No complete answer came in time."""


class Garbled(InstrumentFailure):
    """The answer cannot be read; *raw* is what came."""

    def __init__(self, what: Text | str, *, raw: str = "", where: str = "", hint: Text | str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.raw = raw


class WrongInstrument(InstrumentFailure):
    """Another instrument than the expected one answers at the address."""


class InstrumentError(InstrumentFailure):
    """The instrument reports an error of its own."""

    def __init__(
        self, what: Text | str, *, code: str = "", text: str = "", where: str = "", hint: Text | str = ""
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.code = code
        self.text = text


class Interlock(InstrumentFailure):
    """The safety interlock of an instrument is open."""


class OutOfRange(InstrumentFailure):
    """A reading is over range, or a source is in compliance where it must not be."""


class NotSettled(InstrumentFailure):
    """A reading did not come to rest in the time allowed."""


class Diverged(InstrumentFailure):
    """A recording that plays an instrument holds another conversation than the program leads."""


class StandardRefused(BenchtuiError):
    """A measurement standard does not meet its requirement for the point at hand."""

    exit_status = 3


class RecordsError(BenchtuiError):
    """The record cannot be opened, written or trusted."""


class CertificateError(BenchtuiError):
    """The certificate must not be issued as it stands."""


class EngineLost(BenchtuiError):
    """The engine process ended or does not answer."""

    exit_status = 3


class Aborted(BenchtuiError):
    """A person stopped the work."""

    exit_status = 130
