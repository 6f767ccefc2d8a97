"""The words that instrument profiles are made of: commands, patterns, steps, checks, each with its source."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from benchtui.profiles import Profile

Command = Annotated[str, Meta(pattern=r"^[ -~]+$", description="one command line, without terminator")]
Pattern = Annotated[
    str, Meta(min_length=1, description="a regular expression that the whole answer must match")
]
RoomQuantity = Literal["temperature", "humidity", "pressure"]
Source = Annotated[str, Meta(min_length=1, description="the document and the place in it")]


class Step(Profile, frozen=True, kw_only=True):
    """One command line. In *send*, a name in braces is a place that the driver fills in."""

    send: Command
    source: Source


class Question(Profile, frozen=True, kw_only=True):
    """A *query*, and a *reply* that every answer to it must match, with the group ``value``."""

    query: Command
    reply: Pattern
    source: Source


class Check(Question, frozen=True, kw_only=True):
    """A question whose answer is yes or no.

    Attributes
    ----------
    equals
        The text of ``value`` that means yes.
    bits_set, bits_clear
        For a status register instead: the bits of the whole number in ``value`` that must all be set, and all
        be clear, to mean yes.
    """

    equals: str = ""
    bits_set: Annotated[int, Meta(ge=0)] = 0
    bits_clear: Annotated[int, Meta(ge=0)] = 0
