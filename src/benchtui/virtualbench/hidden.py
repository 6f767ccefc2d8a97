"""Hidden errors that an instrument declares itself: drawn from the seed, named in the truth file by section.

A section is ``vacuum``, ``room`` or ``standards.NAME``. Its values stand in the section itself, or, for an
instrument with ranges or channels, in a table of each, where a line in the section speaks for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from benchtui.errors import ProfileError
from benchtui.i18n import N_, text
from benchtui.virtualbench.noise import uniform

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit.items import Table


@dataclass(frozen=True)
class HiddenValue:
    """An error that is hidden in an instrument: drawn uniformly from ``centre ± half_width``.

    *meaning* explains it in the truth file that ``--print-truth`` writes.
    """

    half_width: float
    meaning: str
    centre: float = 0.0


Declared = Mapping[str, Mapping[str, HiddenValue]]
"""By range (``""`` where there are none) and key."""
Hidden = dict[str, dict[str, float]]
"""The same with what was drawn."""
Lines = Mapping[str, Decimal | dict[str, Decimal]]
"""A section of a truth file."""


def draw_hidden(seed: int, section: str, declared: Declared) -> Hidden:
    """Draw all values of a *section*, each under its own name."""
    return {
        range_: {
            key: value.centre + uniform(value.half_width, seed, section, range_, key)
            for key, value in values.items()
        }
        for range_, values in declared.items()
    }


def named_hidden(lines: Lines, drawn: Hidden, path: Path, section: str) -> Hidden:
    """Return *drawn* with the values that the *lines* of a truth file name put in their places.

    Raises
    ------
    ProfileError
        A range or a key that the section does not have.
    """
    common = {key: value for key, value in lines.items() if isinstance(value, Decimal)}
    own = {range_: values for range_, values in lines.items() if isinstance(values, dict)}
    check_known(own, [range_ for range_ in drawn if range_], path, section)
    check_known(
        common, list(dict.fromkeys(key for values in drawn.values() for key in values)), path, section
    )
    for range_, values in own.items():
        check_known(values, drawn[range_], path, f'{section}."{range_}"')
    return {
        range_: {
            key: float(own.get(range_, {}).get(key, common.get(key, value))) for key, value in values.items()
        }
        for range_, values in drawn.items()
    }


def check_known(found: Collection[str], allowed: Collection[str], path: Path, where: str) -> None:
    """Refuse a name in *found* that is not *allowed*.

    Raises
    ------
    ProfileError
        The first such name; the hint lists those that are allowed.
    """
    for name in found:
        if name not in allowed:
            raise ProfileError(
                text(N_("{key} is not known here."), key=name),
                where=f"{path}: {where}",
                hint=text(N_("Known are: {known}."), known=", ".join(allowed)),
            )


def hidden_table(hidden: Hidden, declared: Declared) -> Table:
    """Return a TOML table of *hidden*, each line with its meaning as far as it is *declared*."""
    import tomlkit

    section = tomlkit.table()
    for range_, values in hidden.items():
        table = tomlkit.table() if range_ else section
        for key, value in values.items():
            table.add(key, value)
            if declared:
                table[key].comment(declared[range_][key].meaning)
        if range_:
            section.add(range_, table)
    return section
