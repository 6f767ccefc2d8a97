"""Reading JSON and parsed trees into structs, from any thread.

msgspec works out how to read a type when it is first asked for it, and a process dies of it when two threads do so at
once with types that share a struct. Here one thread does it at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_first_use = threading.Lock()
_decoders: dict[tuple[object, bool], msgspec.json.Decoder[Any]] = {}


def decode(body: str | bytes, kind: type[T], *, strict: bool = True) -> T:
    """Read the JSON *body* into *kind*. Raises ``msgspec.DecodeError`` or ``msgspec.ValidationError``."""
    with _first_use:
        decoder = _decoders.get((kind, strict))
        if decoder is None:
            decoder = _decoders[kind, strict] = msgspec.json.Decoder(kind, strict=strict)
    found: T = decoder.decode(body.encode() if isinstance(body, str) else body)
    return found


def convert(tree: Any, kind: type[T], dec_hook: Callable[[type, Any], Any] | None = None) -> T:
    """Turn a parsed *tree* into *kind*. Raises ``msgspec.ValidationError``."""
    with _first_use:
        return msgspec.convert(tree, kind, dec_hook=dec_hook)
