"""Languages: texts travel as message ids with named arguments and are put into words where they are shown.

A process shows one language at a time (:func:`use`). The engine never translates: it sends :class:`Text` and the
face that draws it calls :func:`render`. Certificates have a language of their own and ask a catalogue directly
(:func:`catalogue`).
"""

from __future__ import annotations

import gettext as _gettext
from pathlib import Path

import msgspec

LANGUAGES = ("en", "zh")
DOMAIN = "benchtui"
_LOCALES = Path(__file__).parent / "locales"
_current: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


class Text(msgspec.Struct, frozen=True):
    """A sentence in no language yet: an English message id with ``{named}`` places, and what stands in them."""

    msgid: str
    args: dict[str, str] = {}

    def __str__(self) -> str:
        return _fill(self.msgid, self.args)


def N_(msgid: str) -> str:  # noqa: N802 - the name that gettext's extraction knows
    """Mark a string for translation; it is translated later, where it is drawn."""
    return msgid


def text(msgid: str, /, **args: object) -> Text:
    """Make a :class:`Text`; arguments are put into words with ``str`` at once."""
    return Text(msgid, {key: str(value) for key, value in args.items()})


def catalogue(language: str) -> _gettext.NullTranslations:
    """Return the catalogue of *language*; English, or a language without one, is its own message ids."""
    return _gettext.translation(DOMAIN, _LOCALES, [language], fallback=True)


def use(language: str) -> None:
    """Show *language* in this process from now on."""
    global _current, _language
    _current, _language = catalogue(language), language


def language() -> str:
    """Return the language in use, ``en`` or ``zh``."""
    return _language


def _(msgid: str) -> str:
    """Translate *msgid* into the language in use. Call it when drawing, never at import."""
    return _current.gettext(msgid)


def render(text: Text | str) -> str:
    """Put *text* into words in the language in use. A plain string is data and is returned as it is."""
    if isinstance(text, str):
        return text
    return _fill(_current.gettext(text.msgid), text.args)


def _fill(sentence: str, args: dict[str, str]) -> str:
    # Not str.format: a value from outside may hold braces, and a bad template must not hide an error message.
    for name, value in args.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence
