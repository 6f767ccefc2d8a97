"""Instruments that a person reads or sets: every role, the words of the question, the checks of the answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from benchtui import profiles, roles
from benchtui.clock import WallClock
from benchtui.errors import BadInput, InstrumentFailure, ProfileError
from benchtui.instruments import open_instrument
from benchtui.instruments.manual import HandTask
from benchtui.instruments.manual_source import ManualSource
from benchtui.instruments.profile import ManualProfile, load
from benchtui.instruments.safe_off import Guarded
from benchtui.profiles import BenchInstrument
from benchtui.quantity import Reading, parse_entry

if TYPE_CHECKING:
    from pathlib import Path


class Person:
    """Somebody at the bench: types the next answer, and remembers what was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[HandTask] = []

    def __call__(self, task: HandTask) -> Reading:
        self.asked.append(task)
        typed = self.answers.pop(0)
        return Reading(typed, float(parse_entry(typed, task.unit).value), task.unit, ("manual",))


def instrument(person: Person | None, profile: str, beside: Path | None = None) -> Any:
    entry = BenchInstrument(profile=profile, resource="MANUAL")
    return open_instrument("it", entry, clock=WallClock(), ask=person, beside=beside)


READ: list[tuple[str, type, Callable[[Any], Reading], str]] = [
    ("voltmeter", roles.Voltmeter, lambda it: it.read_voltage(), "V"),
    ("ammeter", roles.Ammeter, lambda it: it.read_current(), "A"),
    ("ohmmeter", roles.Ohmmeter, lambda it: it.read_resistance(), "Ω"),
    ("counter", roles.FrequencyCounter, lambda it: it.read_frequency(), "Hz"),
    ("capacitance-meter", roles.CapacitanceMeter, lambda it: it.read_capacitance(""), "F"),
    ("pressure-gauge", roles.PressureGauge, lambda it: it.read_pressure(1), "Pa"),
    ("balance", roles.Balance, lambda it: it.read_mass(), "kg"),
]
PROFILES = sorted(path.stem for path in (profiles.root() / "instruments").glob("manual-*.toml"))
KINDS = {
    "voltmeter": roles.Voltmeter, "ammeter": roles.Ammeter, "null-detector": roles.NullDetector,
    "ohmmeter": roles.Ohmmeter, "counter": roles.FrequencyCounter, "capacitance-meter": roles.CapacitanceMeter,
    "pressure-gauge": roles.PressureGauge, "balance": roles.Balance, "room-monitor": roles.RoomMonitor,
    "voltage-source": roles.VoltageSource, "current-source": roles.CurrentSource,
}  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_every_manual_profile_plays_its_roles_and_no_other(name: str) -> None:
    profile = load(profiles.find("instruments", name))
    assert isinstance(profile, ManualProfile)
    made = instrument(Person(), name)
    assert {role for role, kind in KINDS.items() if isinstance(made, kind)} == set(profile.roles)
    assert isinstance(made, roles.Instrument)
    assert made.identity == "manual"
    made.connect()
    made.safe_off()
    made.abort()
    made.close()


def test_there_is_a_profile_for_each_role() -> None:
    assert sorted(f"manual-{role}" for role in KINDS) == PROFILES


@pytest.mark.parametrize(("role", "kind", "read", "unit"), READ)
def test_the_question_names_the_instrument_and_the_unit_and_the_answer_is_kept_as_typed(
    role: str, kind: type, read: Callable[[Any], Reading], unit: str
) -> None:
    person = Person("1.2345e-3")
    reading = read(instrument(person, f"manual-{role}"))
    assert (reading.raw, reading.value, reading.unit) == ("1.2345e-3", 1.2345e-3, unit)
    assert reading.flags == ("manual",)
    (task,) = person.asked
    assert task.unit == unit
    assert " it " in f"{task.title} ".replace(",", " ")
    assert unit in str(task.title)
    if role != "voltmeter":
        assert "volt" not in str(task.title)


@pytest.mark.parametrize(("role", "kind", "read", "unit"), READ)
@pytest.mark.parametrize("flags", [(), ("over-range",)])
def test_what_no_person_typed_is_refused(
    role: str, kind: type, read: Callable[[Any], Reading], unit: str, flags: tuple[str, ...]
) -> None:
    entry = BenchInstrument(profile=f"manual-{role}", resource="MANUAL")
    for answer in (Reading("1", 1.0, unit, flags), Reading("1", 1.0, "K", ("manual",))):
        made = open_instrument("it", entry, clock=WallClock(), ask=lambda _, a=answer: a)  # type: ignore[misc] # binds it
        with pytest.raises(BadInput, match="typed by a person"):
            read(made)


# -------------------------------------------------------------------------------------------------------- the checks
OWN = """
driver = "manual"
kind = "meter"
name = "Handheld multimeter"
manufacturer = ""
model = ""
roles = ["voltmeter", "ammeter", "null-detector"]

[spans]
voltmeter = [0.5, 5, 50]
null-detector = [1e-9, 1e-6]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "mine.toml").write_text(OWN)
    return tmp_path


def test_the_range_is_chosen_told_and_kept(own: Path) -> None:
    person = Person("4.9998")
    meter = cast("roles.Voltmeter", instrument(person, "mine", own))
    meter.prepare_voltage(Decimal(-5))
    reading = meter.read_voltage()
    assert reading.span == 5.0
    assert [str(line) for line in person.asked[0].lines] == ["Range: 5\u00a0V"]


def test_what_the_range_cannot_have_shown_is_asked_again(own: Path) -> None:
    person = Person("49.998", "-6.001", "5.9")
    meter = cast("roles.Voltmeter", instrument(person, "mine", own))
    meter.prepare_voltage(Decimal(5))
    assert meter.read_voltage().value == 5.9  # a multimeter reads up to 1.2 times its full scale
    assert [str(task.lines[0]) for task in person.asked] == [
        "Range: 5\u00a0V",
        "49.998 is beyond this range: check the range, then read again.",
        "-6.001 is beyond this range: check the range, then read again.",
    ]


@pytest.mark.parametrize("expected", ["50.1", "-51", "NaN", "Infinity"])
def test_a_value_beyond_every_range_is_refused(own: Path, expected: str) -> None:
    meter = cast("roles.Voltmeter", instrument(Person(), "mine", own))
    with pytest.raises(BadInput, match="50 V"):
        meter.prepare_voltage(Decimal(expected))


def test_without_known_ranges_the_person_chooses() -> None:
    person = Person("1000.1")
    meter = cast("roles.Voltmeter", instrument(person, "manual-voltmeter"))
    meter.prepare_voltage(Decimal(10))
    assert meter.read_voltage().span == 0.0
    assert person.asked[0].lines == ()


def test_a_null_detector_needs_its_range_and_forgets_it_when_it_is_protected(own: Path) -> None:
    person = Person("1.2e-12")
    detector = cast("roles.NullDetector", instrument(person, "mine", own))
    with pytest.raises(BadInput, match="prepared"):
        detector.read_null()
    with pytest.raises(BadInput, match="no range"):
        detector.prepare_null(Decimal("1e-3"))
    detector.prepare_null(Decimal("1e-9"))
    assert detector.read_null().span == 1e-9
    detector.protect()
    with pytest.raises(BadInput, match="prepared"):
        detector.read_null()


def test_a_counter_and_a_capacitance_meter_say_how_they_are_to_be_set() -> None:
    person = Person("1.000002e6", "0", "100.02p")
    counter = cast("roles.FrequencyCounter", instrument(person, "manual-counter"))
    counter.prepare_frequency(Decimal(1_000_000), gate=Decimal("0.1"))
    assert counter.read_frequency().value == 1.000002e6
    meter = cast("roles.CapacitanceMeter", instrument(person, "manual-capacitance-meter"))
    meter.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.03"))
    meter.correct("MFCMU", standard="open")
    assert meter.read_capacitance("MFCMU").value == pytest.approx(100.02e-12, rel=1e-12)
    said = [[str(line) for line in task.lines] for task in person.asked]
    assert said[0] == ["About 1\u00a0MHz; gate time 100\u00a0ms"]
    assert said[1] == said[2]
    assert "1\u00a0kHz, 30\u00a0mV" in said[2][0]
    assert said[2][1] == "Module MFCMU"
    assert "open" in str(person.asked[1].title)


def test_a_gauge_that_is_not_there_is_refused() -> None:
    gauge = cast("roles.PressureGauge", instrument(Person(), "manual-pressure-gauge"))
    with pytest.raises(BadInput, match="no gauge 2"):
        gauge.read_pressure(2)


def test_a_balance_is_set_to_zero_by_hand() -> None:
    person = Person("0.000", "1.00002")
    balance = cast("roles.Balance", instrument(person, "manual-balance"))
    balance.zero_balance()
    assert balance.read_mass().value == 1.00002
    assert "zero" in str(person.asked[0].title)


def test_a_room_monitor_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    person = Person("23.1", "45", "101325")
    room = cast("roles.RoomMonitor", instrument(person, "manual-room-monitor"))
    assert {key: (r.value, r.unit) for key, r in room.read_room().items()} == {
        "temperature": (23.1, "°C"), "humidity": (45.0, "%RH"), "pressure": (101325.0, "Pa"),
    }  # fmt: skip
    (tmp_path / "instruments").mkdir()
    shipped = profiles.find("instruments", "manual-room-monitor").read_text()
    (tmp_path / "instruments" / "hygro.toml").write_text(shipped.replace(', "pressure"]', "]"))
    room = cast("roles.RoomMonitor", instrument(Person("23.1", "45"), "hygro", tmp_path))
    assert list(room.read_room()) == ["temperature", "humidity"]


# ------------------------------------------------------------------------------------------- profiles with an interface
@pytest.mark.parametrize(
    ("profile", "played"),
    [
        ("keysight-3458a", {"voltmeter", "ammeter", "ohmmeter"}),
        ("keithley-6517b", {"ammeter", "null-detector"}),
        ("keysight-53230a", {"counter"}),
        ("mks-937b", {"pressure-gauge"}),
        ("mettler-mt-sics", {"balance"}),
        ("vaisala-ptu300", {"room-monitor"}),
    ],
)
def test_any_meter_can_be_read_by_a_person_when_its_interface_is_broken(
    profile: str, played: set[str]
) -> None:
    made = instrument(Person(), profile)
    found = {role for role, kind in KINDS.items() if isinstance(made, kind)}
    assert found == played


def test_the_ranges_of_a_profile_with_an_interface_hold_for_the_person_too() -> None:
    person = Person("9.9998")
    meter = cast("roles.Voltmeter", instrument(person, "keysight-3458a"))
    meter.prepare_voltage(Decimal(10))
    assert meter.read_voltage().span == 10.0
    with pytest.raises(BadInput):
        meter.prepare_voltage(Decimal(5000))


@pytest.mark.parametrize("profile", ["keysight-b1505a", "fluke-5730a", "srs-rga100"])
def test_a_source_with_an_interface_is_not_set_by_hand(profile: str) -> None:
    with pytest.raises(BadInput, match="switch it off"):
        instrument(Person(), profile)


# ----------------------------------------------------------------------------------------------------------- sources
def source(person: Person) -> roles.VoltageSource:
    made = instrument(person, "manual-voltage-source")
    assert isinstance(made, ManualSource)
    assert not isinstance(made, Guarded)  # no guardian could carry anything out
    return cast("roles.VoltageSource", made)


LIMITS = {"span": Decimal(10), "current_limit": Decimal("0.001")}


def test_a_level_counts_when_it_was_typed_as_it_stands_at_the_panel() -> None:
    person = Person("5", "50 mV", "5.0000")
    made = source(person)
    made.source_voltage("MPSMU", Decimal(5), **LIMITS)
    assert len(person.asked) == 1
    made.source_voltage("MPSMU", Decimal("5.0"), **LIMITS)
    assert [str(task.lines[0]) for task in person.asked[1:]] == [
        "Range: 10\u00a0V",
        "50 mV was typed; +5\u00a0V is to be set.",
    ]
    said = " ".join(str(line) for line in person.asked[0].lines)
    assert "1\u00a0mA" in said
    assert "MPSMU" in said
    assert not made.compliance("MPSMU")


def test_as_long_as_it_may_be_on_a_safe_off_says_so() -> None:
    person = Person("5", "0")
    made = source(person)
    off = cast("roles.Instrument", made)
    off.safe_off()
    made.source_voltage("", Decimal(5), **LIMITS)
    for _ in range(2):  # it stays so however often it is asked, and nobody is asked anything
        with pytest.raises(InstrumentFailure, match="set by hand to \\+5"):
            off.safe_off()
    made.zero("")
    off.safe_off()
    made.zero("")
    assert len(person.asked) == 2


def test_it_counts_as_on_before_the_answer_comes() -> None:
    def stopped(task: HandTask) -> Reading:
        raise InstrumentFailure("stopped")

    entry = BenchInstrument(profile="manual-current-source", resource="MANUAL")
    made = open_instrument("it", entry, clock=WallClock(), ask=stopped)
    assert isinstance(made, roles.CurrentSource)
    with pytest.raises(InstrumentFailure, match="stopped"):
        made.source_current("", Decimal("0.1"), span=Decimal(1), voltage_limit=Decimal(2))
    with pytest.raises(InstrumentFailure, match="set by hand"):
        made.safe_off()


@pytest.mark.parametrize("volts", ["60.1", "-100", "NaN"])
def test_what_would_need_a_guardian_is_not_set_by_hand(volts: str) -> None:
    person = Person()
    made = source(person)
    with pytest.raises(BadInput):
        made.source_voltage("", Decimal(volts), span=Decimal(1000), current_limit=Decimal("0.001"))
    with pytest.raises(BadInput, match="beyond the range"):
        made.source_voltage("", Decimal(11), **LIMITS)
    assert person.asked == []
    cast("roles.Instrument", made).safe_off()


# ---------------------------------------------------------------------------------------------------------- profiles
@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('kind = "meter"', 'kind = "source"', "sets is a source"),
        ('roles = ["voltmeter"', 'roles = ["voltage-source", "voltmeter"', "sets is a source"),
        ("[0.5, 5, 50]", "[5, 0.5]", "ascending"),
        ("[0.5, 5, 50]", "[0, 5]", "ascending"),
        ("null-detector = [", "ohmmeter = [", "none of its roles"),
        ('roles = ["voltmeter", "ammeter", "null-detector"]', "roles = []", "roles"),
        ('"ammeter"', '"wattmeter"', "wattmeter"),
    ],
)
def test_a_profile_that_does_not_hang_together_is_refused(
    own: Path, old: str, new: str, complaint: str
) -> None:
    assert old in OWN
    path = own / "instruments" / "mine.toml"
    path.write_text(OWN.replace(old, new, 1))
    with pytest.raises(ProfileError, match=complaint):
        load(path)


def test_a_profile_from_before_there_were_roles_is_a_voltmeter(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text('driver = "manual"\nkind = "meter"\nname = "x"\nmanufacturer = ""\nmodel = ""\n')
    profile = load(path)
    assert isinstance(profile, ManualProfile)
    assert profile.roles == ("voltmeter",)
