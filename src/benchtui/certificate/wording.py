"""Putting content into words: the languages of a document, dates, numbers, text from outside."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchtui.certificate.content import Bilingual, Environment, Interval
from benchtui.i18n import Text, catalogue
from benchtui.quantity import MINUS, NBSP

if TYPE_CHECKING:
    from datetime import date, datetime

Language: TypeAlias = Literal["both", "zh", "en"]
EN_DASH = "–"
_EXPONENT = re.compile(r"(?<=\d)[eE]([+-]?\d+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def parts(words: Bilingual, language: Language) -> tuple[str, ...]:
    """Return *words* in the languages of the document, Chinese first; one fills in for the other."""
    zh, en = clean(words.zh) or clean(words.en), clean(words.en) or clean(words.zh)
    if language == "zh":
        return (zh,)
    if language == "en":
        return (en,)
    return (zh,) if zh == en else (zh, en)


def joined(words: Bilingual, language: Language, separator: str = " ") -> str:
    """Return *words* in the languages of the document on one line."""
    return separator.join(parts(words, language))


def fill(words: Bilingual, **places: object) -> Bilingual:
    """Put *places* into the ``{named}`` places of fixed words."""
    zh, en = words.zh, words.en
    for name, value in places.items():
        zh, en = zh.replace("{" + name + "}", str(value)), en.replace("{" + name + "}", str(value))
    return Bilingual(zh, en)


def spoken(sentence: str | Text, language: Language) -> str:
    """Put a sentence of the program into the languages of the document; a plain string stays as it is."""
    if isinstance(sentence, str):
        return clean(sentence)
    tongues = ("zh", "en") if language == "both" else (language,)
    return clean(
        " / ".join(
            dict.fromkeys(str(Text(catalogue(t).gettext(sentence.msgid), sentence.args)) for t in tongues)
        )
    )


def clean(outside: str) -> str:
    """Return *outside* text as one printable line.

    Line ends, tabs and runs of blanks become one blank; control and format characters (among them the ones
    that turn the direction of writing) vanish; letters and their accents are composed. Everything else stays.
    """
    composed = unicodedata.normalize("NFC", outside)
    blanks = "".join(" " if c in "\t\n\r\v\f\u2028\u2029" else c for c in composed)
    kept = "".join(c for c in blanks if unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join(word for word in kept.split(" ") if word)


def visible(raw: str) -> str:
    """Return *raw* in plain ASCII: terminators, backslashes and whatever is not ASCII become escapes."""
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode("ascii") for c in raw
    )


def day(when: date) -> str:
    """Return *when* as ``2026-11-12``."""
    return when.strftime("%Y-%m-%d")


def moment(when: datetime, *, fraction: bool = False) -> str:
    """Return *when* with its offset from UTC, such as ``2026-11-12 09:00:00 +08:00``."""
    return when.isoformat(sep=" ", timespec="milliseconds" if fraction else "seconds").replace("+", " +")


def days(first: date, last: date) -> str:
    """Return a day, or the span of days from *first* to *last*."""
    return day(first) if first == last else f"{day(first)} {EN_DASH} {day(last)}"


def number(decimal_text: str) -> str:
    """Return decimal text with a true minus sign and its exponent as a power of ten: ``−1.5×10⁻⁵``."""
    return _EXPONENT.sub(_power_of_ten, clean(decimal_text)).replace("-", MINUS)


def significant(decimal_text: str, digits: int = 8) -> str:
    """Return decimal text with at most *digits* significant digits; the attached content holds all."""
    try:
        return number(f"{Decimal(decimal_text):.{digits}g}")
    except InvalidOperation:
        return number(decimal_text)


def _power_of_ten(match: re.Match[str]) -> str:
    return f"×10{str(int(match[1])).replace('-', '⁻').translate(_RAISED)}"


def interval(span: Interval, unit: str) -> str:
    """Return ``(22.8 – 23.4) °C``, with ``, U = 0.5 °C`` where the uncertainty is known."""
    low, high = number(span.low), number(span.high)
    values = f"{low}{NBSP}{unit}" if low == high else f"({low}{NBSP}{EN_DASH}{NBSP}{high}){NBSP}{unit}"
    return f"{values}, U{NBSP}={NBSP}{number(span.u)}{NBSP}{unit}" if span.u else values


def mains(environment: Environment) -> str:
    """Return voltage and frequency of the mains, as far as they were measured."""
    spans = ((environment.mains_voltage, "V"), (environment.mains_frequency, "Hz"))
    return "; ".join(interval(span, unit) for span, unit in spans if span is not None)


def percent(probability: str) -> str:
    """Return ``95`` for a probability of ``0.95``."""
    return format((Decimal(probability) * 100).normalize(), "f")
