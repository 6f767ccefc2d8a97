"""TOML files of technicians: what does not fit is refused with file, line, key, found and allowed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.errors import ProfileError
from benchtui.profiles import Bench, Laboratory, Standard, Uut, find, load, root


@pytest.mark.parametrize(
    ("kind", "struct"),
    [("benches", Bench), ("standards", Standard), ("uut", Uut)],
    ids=["benches", "standards", "uut"],
)
def test_every_profile_that_ships_can_be_read(kind: str, struct: type) -> None:
    found = sorted((root() / kind).glob("*.toml"))
    assert found
    for path in found:
        assert isinstance(load(path, struct), struct)


def test_the_laboratory_that_ships_can_be_read() -> None:
    assert load(root() / "lab.toml", Laboratory).name_zh


def test_fractions_keep_their_digits(tmp_path: Path) -> None:
    source = (root() / "standards" / "3458a.toml").read_text()
    assert "0.05" in source
    standard = load(root() / "standards" / "3458a.toml", Standard)
    assert Decimal("0.05") in {row.ppm_of_range for row in standard.ranges}


BENCH = """\
name = "bench"

[instruments.uut]
profile = "keysight-b1505a"
resource = "TCPIP::127.0.0.1::5000::SOCKET"

[instruments.dmm]
profile = "keysight-3458a"
resource = 17
"""


def test_an_error_names_file_line_key_found_and_allowed(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(BENCH)
    with pytest.raises(ProfileError) as refused:
        load(path, Bench)
    assert refused.value.where == f"{path}:9"
    assert "resource" in str(refused.value.what)
    assert "str" in str(refused.value.what)
    assert "int" in str(refused.value.what)


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(BENCH.replace("resource = 17", 'resource = "MANUAL"\nadress = "x"'))
    with pytest.raises(ProfileError) as refused:
        load(path, Bench)
    assert refused.value.where == f"{path}:10"
    assert "adress" in str(refused.value.what)


@pytest.mark.parametrize("cut", [1, 7, 30, 52, 61, 80, 120, 132, 141, 160])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(BENCH.replace("= 17", '= "MANUAL"')[:cut])
    with pytest.raises(ProfileError) as refused:
        load(path, Bench)
    assert str(path) in refused.value.where
    assert str(refused.value.hint)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_profile_or_a_profile_error(
    tmp_path_factory: pytest.TempPathFactory, octets: bytes
) -> None:
    path = tmp_path_factory.mktemp("p") / "bench.toml"
    path.write_bytes(octets)
    with pytest.raises(ProfileError):
        load(path, Bench)


def test_a_profile_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ProfileError) as refused:
        find("standards", "3485a")
    assert "3458a" in str(refused.value.hint)
