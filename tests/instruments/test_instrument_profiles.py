"""Instrument profiles: those that ship are sound, and what is not sound is refused with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchtui import profiles
from benchtui.errors import ProfileError
from benchtui.instruments.profile import B1500Profile, load

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = sorted((profiles.root() / "instruments").glob("*.toml"))
SOURCE = (profiles.root() / "instruments" / "keysight-b1505a.toml").read_text(encoding="utf-8")
CALIBRATOR = (profiles.root() / "instruments" / "fluke-5730a.toml").read_text(encoding="utf-8")
DIGITIZER = (profiles.root() / "instruments" / "keysight-34470a.toml").read_text(encoding="utf-8")
METER = (profiles.root() / "instruments" / "keysight-3458a.toml").read_text(encoding="utf-8")


def written(folder: Path, source: str) -> Path:
    path = folder / "under-test.toml"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_is_sound(path: Path) -> None:
    assert load(path).name


def test_there_is_something_to_ship() -> None:
    assert {path.stem for path in SHIPPED} >= {"keysight-3458a", "keysight-b1500a", "keysight-b1505a"}


def test_a_source_without_safe_off_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, SOURCE.partition("[safe-off]")[0])
    with pytest.raises(ProfileError, match="safe-off") as caught:
        load(path)
    line = SOURCE.splitlines().index('kind = "source"') + 1
    assert caught.value.where == f"{path}:{line}"


def test_a_calibrator_must_confirm_that_its_output_is_open(tmp_path: Path) -> None:
    start, _, rest = CALIBRATOR.partition("[safe-off.confirm]")
    path = written(tmp_path, start + rest[rest.index("[voltage-source]") :])
    with pytest.raises(ProfileError, match="discharge"):
        load(path)


def test_a_high_voltage_source_must_measure_its_discharge(tmp_path: Path) -> None:
    path = written(tmp_path, SOURCE.partition("[safe-off.discharge]")[0])
    with pytest.raises(ProfileError, match="discharge") as caught:
        load(path)
    assert caught.value.where == f"{path}:{SOURCE.splitlines().index('[safe-off]') + 1}"


@pytest.mark.parametrize(
    ("source", "old", "new", "message", "line_of"),
    [
        (SOURCE, "limit = 30", "limit = 60", "does not count as discharged", "limit = 60"),
        (SOURCE, "limit = 30", "limit = -1", "greater than 0", "[safe-off.discharge]"),
        (SOURCE, "(?P<value>", "(?P<volts>", "value", "pattern = '[NTCVXFGS]"),
        (SOURCE, 'immediate = [{ send = "DZ"', 'immediate = [{ send = "DZ\\r"', "send", "immediate"),
        (SOURCE, 'driver = "b1500"', 'driver = "b1600"', "b1600", 'driver = "b1600"'),
        (METER, "'^HP3458A$'", "'^HP(3458A$'", "regular expression", "pattern = '^HP("),
        (METER, "spans = [0.1, 1, ", "spans = [1, 0.1, ", "ascending", "spans = "),
        (METER, "100, 1000]", "100, 2000]", "limit", "spans = "),
        (METER, "DCV {span}", "DCV {range}", "{range}", "[[voltmeter.prepare]]"),
        (METER, "timeout = 30.0", 'timeout = "soon"', "timeout", 'timeout = "soon"'),
        (METER, "settle-seconds", "settle", "settle", "settle = 0.5"),
        (METER, 'kind = "meter"', 'kind = "source"', "safe-off", 'kind = "source"'),
        (CALIBRATOR, 'kind = "source"', 'kind = "meter"', "puts energy out", 'kind = "meter"'),
        (CALIBRATOR, "OUT {value} V", "OUT {volts} V", "{volts}", 'set = [{ send = "OUT {volts}'),
        (CALIBRATOR, "bits-set = 4096", "", "what means yes", "[voltage-source.settled]"),
        (
            CALIBRATOR,
            "bits-clear = 1",
            'bits-clear = 1\nequals = "0"',
            "what means yes",
            "[safe-off.confirm]",
        ),
        (CALIBRATOR, "220, 1100]", "220, 2200]", "limit", "spans = "),
        (DIGITIZER, "SAMP:COUN {samples}", "SAMP:COUN {points}", "{points}", "[[digitizer.prepare]]"),
        (DIGITIZER, 'form = "ascii"', 'form = "binary"', "binary", 'form = "binary"'),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, source: str, old: str, new: str, message: str, line_of: str
) -> None:
    assert source.count(old) >= 1
    changed = source.replace(old, new)
    path = written(tmp_path, changed)
    with pytest.raises(ProfileError) as caught:
        load(path)
    assert message in str(caught.value)
    name, _, line = caught.value.where.rpartition(":")
    assert name == str(path)
    assert line_of in changed.splitlines()[int(line) - 1]


@pytest.mark.parametrize("source", [SOURCE, METER], ids=["source", "meter"])
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_truncated_profile_is_refused_or_whole(
    tmp_path_factory: pytest.TempPathFactory, source: str, data: st.DataObject
) -> None:
    path = written(tmp_path_factory.mktemp("cut"), source[: data.draw(st.integers(0, len(source) - 2))])
    try:
        profile = load(path)
    except ProfileError as error:
        where = error.where
    else:
        assert not isinstance(profile, B1500Profile) or profile.safe_off is not None
        return
    assert where.startswith(f"{path}:")


def test_a_missing_file_names_what_exists() -> None:
    with pytest.raises(ProfileError, match="keysight-3458a"):
        profiles.find("instruments", "keysight-3459a")
