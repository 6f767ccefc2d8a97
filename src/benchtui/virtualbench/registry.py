"""Which virtual instrument answers for which profile: one entry a profile name of ``profiles/instruments``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from benchtui.virtualbench import spectrum, spoiled_output
from benchtui.virtualbench.faults import Kind
from benchtui.virtualbench.hidden import Declared
from benchtui.virtualbench.servers import mks937b, mt_sics, ptu300, rga, tpg
from benchtui.virtualbench.servers.counter53230a import Counter53230A
from benchtui.virtualbench.servers.digitizer import KeithleyDmm7510, Keysight34470A
from benchtui.virtualbench.servers.dmm3458a import Dmm3458a
from benchtui.virtualbench.servers.flex import FlexAnalyzer
from benchtui.virtualbench.servers.fluke57xx import Fluke57xx
from benchtui.virtualbench.servers.keithley6517b import Keithley6517B
from benchtui.virtualbench.servers.keysightb2987a import KeysightB2987A
from benchtui.virtualbench.servers.link import LINES, LINES_LF, Framing
from benchtui.virtualbench.servers.mks937b import Mks937b
from benchtui.virtualbench.servers.mt_sics import MtSics
from benchtui.virtualbench.servers.ptu300 import Ptu300
from benchtui.virtualbench.servers.rga import Rga
from benchtui.virtualbench.servers.tpg import TPG262, TPG361, TPG362, TPG366, Model, Tpg
from benchtui.virtualbench.stand import FrontEnd, Stand

ANALYZER: Final = "keysight-b1505a"
METER: Final = "keysight-3458a"


@dataclass(frozen=True)
class Entry:
    """A virtual instrument.

    Attributes
    ----------
    make
        Puts it on its stand.
    framing
        Where its commands and its answers end.
    baud
        Speed of its serial line; 0 for an instrument of the network.
    identity
        The words by which its answers name it; the fault ``wrong-identity`` replaces them.
    hidden
        Its hidden errors by range and key: ``{"": {"gain_error": HiddenValue(…)}}`` where there are no ranges.
    faults
        The faults beyond those of the wire that its model knows.
    modular
        True for a unit under test with modules, described in ``profiles/uut`` under the same name.
    """

    make: Callable[[Stand], FrontEnd]
    framing: Framing = LINES
    baud: int = 0
    identity: tuple[str, ...] = ()
    hidden: Declared = field(default_factory=dict)
    faults: frozenset[Kind] = frozenset()
    modular: bool = False


RESTLESS: Final = frozenset[Kind](["never-settling"])
"""What a model can have that only measures."""


def _analyzer(stand: Stand) -> FrontEnd:
    spoiled = spoiled_output.SpoiledOutputs(stand.name, stand.faults)
    stand.bench.add(spoiled)
    stand.bench.on_level = spoiled.level_set
    return FlexAnalyzer(stand.bench)


def _rga(highest_mass: int) -> Entry:
    return Entry(
        lambda stand: Rga(stand, highest_mass),
        rga.FRAMING,
        rga.BAUD,
        (f"RGA{highest_mass}",),
        spectrum.DECLARED,
        RESTLESS,
    )


def _tpg(model: Model) -> Entry:
    # A TPG 26x has no answer that names it; the number of its firmware is what tells it from another controller.
    identity = model.name if model.ethernet else tpg.OLDER_FIRMWARE
    return Entry(
        lambda stand: Tpg(stand, model), tpg.FRAMING, tpg.BAUD, (identity,), model.declared(), RESTLESS
    )


INSTRUMENTS: Final[Mapping[str, Entry]] = {
    ANALYZER: Entry(_analyzer, identity=("B1505A",), faults=spoiled_output.FAULTS, modular=True),
    METER: Entry(lambda stand: Dmm3458a(stand.bench, stand.name), identity=("HP3458A",)),
    "fluke-5720a": Entry(lambda stand: Fluke57xx(stand, "5720A"), identity=("5720A",)),
    "fluke-5730a": Entry(lambda stand: Fluke57xx(stand, "5730A"), identity=("5730A",)),
    "keithley-6517b": Entry(Keithley6517B, LINES_LF, identity=("6517B",)),
    "keithley-dmm7510": Entry(KeithleyDmm7510, LINES_LF, identity=("DMM7510",)),
    "keysight-34470a": Entry(Keysight34470A, LINES_LF, identity=("34470A",)),
    "keysight-53230a": Entry(Counter53230A, LINES_LF, identity=("53230A",)),
    "keysight-b2987a": Entry(KeysightB2987A, LINES_LF, identity=("B2987A",)),
    "srs-rga100": _rga(100),
    "srs-rga200": _rga(200),
    "srs-rga300": _rga(300),
    "pfeiffer-tpg262": _tpg(TPG262),
    "pfeiffer-tpg361": _tpg(TPG361),
    "pfeiffer-tpg362": _tpg(TPG362),
    "pfeiffer-tpg366": _tpg(TPG366),
    "mks-937b": Entry(
        Mks937b,
        mks937b.FRAMING,
        mks937b.BAUD,
        (mks937b.SERIAL_NUMBER, mks937b.MODULES),
        mks937b.DECLARED,
        RESTLESS,
    ),
    "mettler-mt-sics": Entry(
        MtSics,
        baud=mt_sics.BAUD,
        identity=(mt_sics.MODEL, mt_sics.SERIAL_NUMBER),
        hidden=mt_sics.DECLARED,
        faults=RESTLESS,
    ),
    "vaisala-ptu300": Entry(Ptu300, ptu300.FRAMING, ptu300.BAUD, ("PTU300",), ptu300.DECLARED, RESTLESS),
}
