"""One text for one content: canonical JSON, hashes, times.

A record can be recomputed and checked only if its bytes are fixed. Canonical JSON is UTF-8 without white
space, keys in code-point order, nothing escaped that need not be, floats in their shortest round-trip form;
a float that is no number is the string ``nan``, ``inf`` or ``-inf``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec

from benchtui.errors import RecordsError
from benchtui.i18n import N_, text
from benchtui.typed import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
NO_HASH = "0" * 64
"""What the first entry of a journal names as the hash before it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")


class Json(str):
    """Text that is canonical JSON already: :func:`compose` puts it into a body as it stands."""

    __slots__ = ()


def canonical(value: object) -> Json:
    """Return *value* (structs, mappings, sequences, decimals, dates, plain values) as canonical JSON.

    Raises
    ------
    RecordsError
        A text holds half a surrogate pair, which is no character and has no UTF-8; or a value has no JSON
        form.
    """
    try:
        # A plain dict key that is not text becomes text, as JSON knows no other keys; sets have no order of
        # their own.
        plain = msgspec.to_builtins(value, str_keys=True, order="sorted")
    except (TypeError, msgspec.ValidationError, UnicodeError) as error:
        raise _not_storable(error) from error
    return Json(check_text(_dump(_finite(plain))))


def revive(body: str, kind: type[T]) -> T:
    """Read canonical JSON back into *kind*, also decimals, dates and floats that are no numbers."""
    try:
        return decode(body, kind, strict=False)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RecordsError(
            text(
                N_("The record holds a {kind} that cannot be read: {reason}."),
                kind=getattr(kind, "__name__", kind),
                reason=error,
            ),
            hint=text(N_("It may have been written by another version of the program; verify the record.")),
        ) from error


def compose(columns: Mapping[str, str | int | bytes | None]) -> str:
    """Return the journal body of a row: its columns as canonical JSON.

    Columns of type :class:`Json` are put in as they stand, so that a body says byte for byte what its row
    says. Bytes are left out: a row that holds bytes also holds their hash.
    """
    members = (
        f"{_dump(name)}:{value if isinstance(value, Json) else _dump(value)}"
        for name, value in sorted(columns.items())
        if not isinstance(value, bytes)
    )
    return "{" + ",".join(members) + "}"


def entry_hash(seq: int, at: str, actor: str, kind: str, body: str, prev: str) -> str:
    """Return the hash of a journal entry: SHA-256 in hex of its other columns.

    They are hashed as ``[seq,at,actor,kind,body,prev]`` in canonical JSON, not as joined texts, so that no
    text can pretend to be two.
    """
    # Bytes that are no UTF-8 never get in, but a damaged file may hold them; they must hash as what they are.
    return hashlib.sha256(
        _dump([seq, at, actor, kind, body, prev]).encode("utf-8", "surrogateescape")
    ).hexdigest()


def stamp(seconds: float) -> str:
    """Return *seconds* since the epoch as the record writes times: UTC, microseconds, offset."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def check_stamp(at: str) -> str:
    """Return *at* if it is a time as :func:`stamp` writes it, so that times sort as texts.

    Raises
    ------
    RecordsError
        It is not.
    """
    try:
        sound = _STAMP.fullmatch(at) is not None and bool(datetime.fromisoformat(at))
    except ValueError:
        sound = False
    if not sound:
        raise RecordsError(
            text(N_("This is not a time as the record writes it.")),
            where=repr(at),
            hint=text(N_("Times are in UTC with microseconds, such as 2026-01-31T08:00:00.000000+00:00.")),
        )
    return at


def check_text(body: str) -> str:
    """Return *body* if it can be written as UTF-8. Raises ``RecordsError`` for half a surrogate pair."""
    try:
        body.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _not_storable(error) from error
    return body


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, dict):
        return {key: _finite(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(member) for member in value]
    return value


def _not_storable(error: Exception) -> RecordsError:
    return RecordsError(
        text(N_("The record cannot hold this text or value: {reason}."), reason=error),
        hint=text(N_("Type the text again; it may hold half a character from another program.")),
    )
