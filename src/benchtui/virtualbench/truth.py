"""The hidden truth of a virtual bench: the errors that the calibration must find, and those of the standards.

All values are drawn from a seed; a TOML file replaces the values that it names::

    [uut.MPSMU."20 V"]          # one range of a module of the unit under test
    gain_error = 1.2e-4         # true output = set value × (1 + gain_error) + offset
    offset = -3e-4              # in the unit of the range

    [uut.HVSMU]                 # all outputs of a module that have no table of their own
    gain_error = -2e-4          # (a common offset is for its voltages only)

    [uut.MPSMU.measure."1 mA"]  # what it measures: reading = true value × (1 + gain_error) + offset
    [uut.HCSMU.pulse."20 A"]    # its pulses, and under pulse-measure what it measures of them
    [uut.MFCMU."1 MHz"]         # the frequency of its signal; a capacitance it measures: measure."10 pF"

    [standards.dmm]             # the measurement standard "dmm" of the bench
    error = 0.5                 # part of its limit of error, in all its ranges; of its U, for a certified value
    [standards.dmm."10 V"]
    error = 0.37                # the same in one range

An instrument that declares its own hidden errors (:mod:`~benchtui.virtualbench.hidden`) has them in its table
``[standards.NAME]``; what surrounds the instruments is in ``[vacuum]`` and ``[room]``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from benchtui.errors import ProfileError
from benchtui.i18n import N_, text
from benchtui.profiles import CertifiedValue, Standard, Uut, load
from benchtui.quantity import NBSP, engineering
from benchtui.virtualbench.hidden import (
    Declared,
    Hidden,
    check_known,
    draw_hidden,
    hidden_table,
    named_hidden,
)
from benchtui.virtualbench.modules import GAIN_ERROR as GAIN_ERROR
from benchtui.virtualbench.modules import OFFSET as OFFSET
from benchtui.virtualbench.modules import by_function, function_of, module_widths
from benchtui.virtualbench.noise import normal, uniform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_Table = dict[str, Decimal | dict[str, Decimal]]
"""A table of the file: lines for all ranges, and tables of single ranges with lines of their own."""


class OutputError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The error of a range: true output = set value × (1 + *gain_error*) + *offset*, in the unit of the range.

    Of a range that measures: reading = true value × (1 + *gain_error*) + *offset*.
    """

    gain_error: float
    offset: float

    def true_output(self, value: float) -> float:
        """Return the true output for a set value, or the reading for a true value."""
        return value * (1.0 + self.gain_error) + self.offset


class StandardError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The error of a range of a standard, as a part of its limit of error; of a certified value, as a part of its U."""

    error: float


_E = TypeVar("_E", OutputError, StandardError)


class Truth(msgspec.Struct, frozen=True):
    """Everything that is hidden: by module and range of the unit under test, by standard and range.

    *hidden* holds the sections of instruments and surroundings that declare their own values.
    """

    seed: int
    uut: dict[str, dict[str, OutputError]]
    standards: dict[str, dict[str, StandardError]]
    hidden: dict[str, Hidden] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    uut: dict[str, dict[str, Decimal | dict[str, Decimal | dict[str, Decimal]]]] = {}
    standards: dict[str, _Table] = {}
    vacuum: _Table = {}
    room: _Table = {}


FARTHEST: Final = 5
"""Parts of its limit, or of its U, that a standard may err by: also a faulty one can be simulated."""

KNEE: Final = 0.05
"""Part of its range from which on the error of a meter is that of its limit in full; below it goes through zero."""

_NOTHING: Final[Mapping[str, Declared]] = {}


def range_name(span: Decimal, unit: str = "V") -> str:
    """Return the name of a range of a standard as the truth file writes it: ``0.1 V``, ``1000 V``, ``20 pA``."""
    if unit == "V":
        return f"{span.normalize():f} V"
    return engineering(span, unit).replace(NBSP, " ")


def base_unit(key: str) -> str:
    """Return the base unit of a range by its name: ``A`` of ``measure.10 nA``, ``Hz`` of ``1 kHz``."""
    symbol = key.rpartition(" ")[2]
    return next(unit for unit in ("Hz", "V", "A", "F") if symbol.endswith(unit))


def value_name(value: CertifiedValue, unit: str) -> str:
    """Return the name of a certified value as the truth file writes it: ``1 TΩ``, ``500``, ``10 pF 1 MHz``."""
    name = f"{value.nominal.normalize():f}" if unit == "1" else range_name(value.nominal, unit)
    return f"{name} {range_name(value.frequency, 'Hz')}" if value.frequency else name


def _standard_errors(seed: int, name: str, standard: Standard) -> dict[str, StandardError]:
    """Draw the errors of a standard from what is stated of it: limits are a rectangle, U with its k is normal."""
    errors = {
        key: StandardError(uniform(1.0, seed, "standards", name, key))
        for key in (range_name(r.span, standard.unit) for r in standard.ranges)
    }
    for value in standard.values:
        key = value_name(value, standard.unit)
        errors[key] = StandardError(normal(1.0 / float(value.k), seed, "standards", name, key))
    return errors


def meter_error(standard: Standard, span: Decimal, part: float, volts: float) -> float:
    """Return the error of indication of a meter that errs by *part* of its limit of error, in volts.

    The limit of error is ppm of reading + ppm of range + floor
    (:class:`~benchtui.profiles.SpecificationRange`). The part in proportion to the range has the sign of the
    reading, so that the limit is reached at either polarity; it goes linearly through zero within ±5 % (KNEE) of the
    range, so that the meter has no jump there.
    """
    limits = next(r for r in standard.ranges if r.span == span)
    full = float(span)
    of_reading = float(limits.ppm_of_reading) * 1e-6 * volts
    of_range = float(limits.ppm_of_range) * 1e-6 * full + float(limits.floor)
    return part * (of_reading + of_range * max(-1.0, min(1.0, volts / (KNEE * full))))


def draw(
    seed: int, uut: Uut, standards: Mapping[str, Standard], declared: Mapping[str, Declared] = _NOTHING
) -> Truth:
    """Draw the truth of *seed*: the unit under test in its class, standards from what is stated of them.

    *declared* are the sections of instruments and surroundings that declare their own values.
    """
    outputs = {
        module.name: {
            key: OutputError(
                gain_error=uniform(width.gain_error, seed, "uut", module.name, key, "gain_error"),
                offset=uniform(width.offset, seed, "uut", module.name, key, "offset"),
            )
            for key, width in module_widths(module).items()
        }
        for module in uut.modules
    }
    errors = {name: _standard_errors(seed, name, standard) for name, standard in standards.items()}
    hidden = {section: draw_hidden(seed, section, values) for section, values in declared.items()}
    return Truth(seed, outputs, errors, hidden)


def read(path: Path, drawn: Truth) -> Truth:
    """Return *drawn* with the values that the file *path* names put in their places.

    Raises
    ------
    ProfileError
        The file cannot be read, is not TOML, names a module, range, standard or key that the bench does not
        have, or gives an error of a standard beyond ±1.
    """
    named = load(path, _File)
    check_known(named.uut, drawn.uut, path, "uut")
    lines: dict[str, _Table] = {f"standards.{name}": table for name, table in named.standards.items()}
    lines |= {name: table for name, table in (("vacuum", named.vacuum), ("room", named.room)) if table}
    known = [*(f"standards.{name}" for name in drawn.standards), *drawn.hidden]
    for section in lines:
        if section not in known:
            outer, _, name = section.rpartition(".")
            names = [k.removeprefix(f"{outer}.") for k in known if k.startswith(outer)]
            check_known([name], names, path, outer or "top of the file")
    outputs = {
        module: {
            key: error
            for function, tables in by_function(named.uut.get(module, {})).items()
            for key, error in _module(function, tables, ranges, path, f"uut.{module}").items()
        }
        for module, ranges in drawn.uut.items()
    }
    errors = {
        standard: {
            range_: StandardError(_part(values.get("error", old.error), path, f"standards.{standard}"))
            for range_, old, values in _by_range(
                named.standards.get(standard, {}), ranges, path, f"standards.{standard}"
            )
        }
        for standard, ranges in drawn.standards.items()
    }
    hidden = {
        section: named_hidden(lines.get(section, {}), values, path, section)
        for section, values in drawn.hidden.items()
    }
    return Truth(drawn.seed, outputs, errors, hidden)


def _module(
    function: str, table: _Table, drawn: Mapping[str, OutputError], path: Path, where: str
) -> dict[str, OutputError]:
    """Return the errors of one function of a module (``""``: its outputs) by key."""
    prefix = f"{function}." if function else ""
    ranges = {key.removeprefix(prefix): e for key, e in drawn.items() if function_of(key) == function}
    if not ranges:
        check_known(table, (), path, f"{where}.{function}".rstrip("."))
        return {}
    errors = {}
    for range_, old, values in _by_range(table, ranges, path, f"{where}.{function}".rstrip(".")):
        # A common offset in volts means nothing to a current; a table of the range's own means what it says.
        own = isinstance(table.get(range_), dict) or range_.endswith(" V")
        errors[prefix + range_] = OutputError(
            gain_error=values.get("gain_error", old.gain_error),
            offset=values.get("offset", old.offset) if own else old.offset,
        )
    return errors


def _by_range(
    table: _Table, ranges: Mapping[str, _E], path: Path, where: str
) -> Iterator[tuple[str, _E, dict[str, float]]]:
    """Yield each range with its drawn error and what *table* says of it."""
    keys = next(iter(ranges.values())).__struct_fields__
    common = {key: value for key, value in table.items() if isinstance(value, Decimal)}
    own = {name: lines for name, lines in table.items() if not isinstance(lines, Decimal)}
    check_known(common, keys, path, where)
    check_known(own, ranges, path, where)
    for name, lines in own.items():
        check_known(lines, keys, path, f'{where}."{name}"')
    for name, drawn in ranges.items():
        values = {**common, **own.get(name, {})}
        yield name, drawn, {key: float(value) for key, value in values.items()}


def _part(part: float, path: Path, where: str) -> float:
    if not -FARTHEST <= part <= FARTHEST:
        raise ProfileError(
            text(N_("error must be from -{most} to {most}, found {found}."), most=FARTHEST, found=part),
            where=f"{path}: {where}",
            hint=text(
                N_("It is the part of its limit of error, or of its U, that the standard really errs by.")
            ),
        )
    return part


def to_toml(truth: Truth, declared: Mapping[str, Declared] = _NOTHING) -> str:
    """Write *truth* as a truth file that explains itself; *declared* explains its hidden sections."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(f"Hidden truth of the virtual bench for seed {truth.seed}."))
    document.add(tomlkit.comment("Give a file with any of these lines to: benchtui bench serve --truth FILE"))
    document.add(tomlkit.comment("Lines that it lacks are drawn from the seed."))
    uut = tomlkit.table(is_super_table=True)
    for module, ranges in truth.uut.items():
        lines = tomlkit.table(is_super_table=True)
        functions = {"": lines}
        for key, output in ranges.items():
            line = tomlkit.table()
            line.add("gain_error", output.gain_error)
            line["gain_error"].comment("relative: true output = set value × (1 + gain_error) + offset")
            line.add("offset", output.offset)
            line["offset"].comment(f"in {base_unit(key)}")
            function = function_of(key)
            if function not in functions:
                functions[function] = tomlkit.table(is_super_table=True)
                lines.add(function, functions[function])
            functions[function].add(key.removeprefix(f"{function}."), line)
        uut.add(module, lines)
    document.add("uut", uut)
    standards = tomlkit.table(is_super_table=True)
    for standard, parts in truth.standards.items():
        lines = tomlkit.table(is_super_table=True)
        for range_, part in parts.items():
            line = tomlkit.table()
            line.add("error", part.error)
            line["error"].comment("part of the standard's limit of error, or of its certificate's U")
            lines.add(range_, line)
        standards.add(standard, lines)
    for section, values in truth.hidden.items():
        where = standards if section.startswith("standards.") else document
        where.add(section.removeprefix("standards."), hidden_table(values, declared.get(section, {})))
    document.add("standards", standards)
    return tomlkit.dumps(document)
