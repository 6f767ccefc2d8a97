"""Safe-off as data: what must be said to an instrument, by whomever, to switch its outputs off."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec


class ChannelDischarge(msgspec.Struct, frozen=True, kw_only=True):
    """The measurement of one channel: *query*, and a *pattern* with the volts in its group ``value``.

    *closed* matches the answer to the recipe's question for the switches if this channel's is closed.
    """

    query: str
    pattern: str
    closed: str = ""


class Barrier(msgspec.Struct, frozen=True, kw_only=True):
    """A *query* that is answered once all commands before it are done; *pattern* matches its answer."""

    query: str
    pattern: str


class SerialPort(msgspec.Struct, frozen=True, kw_only=True):
    """A serial port and its settings, as the standard library needs them."""

    device: str
    baud: int
    data_bits: int
    parity: str
    stop_bits: int
    flow: str


class SafeOffRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """A complete safe-off that needs no knowledge of the instrument.

    Attributes
    ----------
    host, port
        Where the instrument listens, if it is reached over the network.
    serial
        Its port, if it is reached over a serial line.
    visa
        Its resource string, if it is reached through the VISA library of this computer.
    terminator
        What ends a line, both ways.
    reply_terminator
        What ends an answer, where that is something else.
    immediate
        Lines to send at once: outputs to zero.
    answered
        Lines whose answer is waited for before the next line is sent, and noted.
    discharge
        What to measure until every channel is below *limit*; empty where nothing is measured.
    barrier
        Asked after the measurements: a channel that has not answered by then is off.
    switches
        Asks which output switches are closed, where measurements must be asked for one by one; empty: each is asked.
    limit
        Magnitude in volts below which a channel counts as discharged.
    seconds
        Longest time in seconds to wait for that.
    final
        Lines to send then: outputs open. A line that ends in ``?`` is answered, and the answer is noted.
    """

    terminator: str
    immediate: tuple[str, ...]
    final: tuple[str, ...]
    host: str = ""
    port: int = 0
    serial: SerialPort | None = None
    visa: str = ""
    reply_terminator: str = ""
    answered: tuple[str, ...] = ()
    discharge: tuple[ChannelDischarge, ...] = ()
    barrier: Barrier | None = None
    switches: str = ""
    limit: float = 30.0
    seconds: float = 2.0


@runtime_checkable
class Guarded(Protocol):
    """An instrument that can put energy out, and says how another process may switch it off."""

    def safe_off_recipe(self) -> SafeOffRecipe:
        """Return the safe-off of all outputs that this driver may switch on; needs a connected instrument."""
