"""The control socket: the hands of the person at the bench. One JSON request a line, one reply each.

===============================  ===========================================================================
``{"do":"wire","connections"}``  take all leads away, connect these: pairs of (instrument, module, terminal)
``{"do":"interlock","closed"}``  close or open the safety interlock
``{"do":"now"}``                 the bench's time, seconds since the epoch
``{"do":"advance","seconds"}``   let bench time pass; in real time nothing happens
``{"do":"time","scale"}``        a factor, or ``"virtual"``
``{"do":"state"}``               outputs, other sources, leads, interlock
``{"do":"truth"}``               the hidden errors
``{"do":"gas","species","pascals"}``  let a partial pressure in the chamber head for this value
``{"do":"leak","open"}``         open or close the leak of the chamber
``{"do":"place","on","kilograms"}``  put so much on the pan of the balance *on*, instead of what was there
``{"do":"room", …}``             change *temperature* (°C), *humidity* (%) or *pressure* (Pa) of the room
``{"do":"fault", …}``            let *instrument* have the fault *kind*, *count* times (see ``faults``)
===============================  ===========================================================================

A reply is ``{"ok":true, …}`` or ``{"ok":false,"error":"…"}``; a request that is refused changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from benchtui.errors import BadInput
from benchtui.virtualbench.bench import Lead, Output, VirtualBench, WiringRefused
from benchtui.virtualbench.clock import parse_scale
from benchtui.virtualbench.faults import LATE, FaultRefused, Kind
from benchtui.virtualbench.modules import nested
from benchtui.virtualbench.vacuum import ATMOSPHERE, SPECIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchtui.virtualbench.faults import Faults
    from benchtui.virtualbench.mechanics import Pan
    from benchtui.virtualbench.room import Room
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.vacuum import Chamber


class _Request(msgspec.Struct, tag_field="do", forbid_unknown_fields=True):
    pass


class _Wire(_Request, tag="wire"):
    connections: tuple[Lead, ...]


class _Interlock(_Request, tag="interlock"):
    closed: bool


class _Now(_Request, tag="now"):
    pass


class _Advance(_Request, tag="advance"):
    seconds: float


class _Time(_Request, tag="time"):
    scale: float | Literal["virtual"]


class _State(_Request, tag="state"):
    pass


class _Truth(_Request, tag="truth"):
    pass


class _Gas(_Request, tag="gas"):
    species: str
    pascals: Annotated[float, Meta(ge=0.0, le=ATMOSPHERE)]


class _Leak(_Request, tag="leak"):
    open: bool


class _Place(_Request, tag="place"):
    on: str
    kilograms: Annotated[float, Meta(ge=0.0)]


class _Air(_Request, tag="room", omit_defaults=True):
    temperature: Annotated[float, Meta(ge=-40.0, le=60.0)] | None = None
    humidity: Annotated[float, Meta(ge=0.0, le=100.0)] | None = None
    pressure: Annotated[float, Meta(ge=5e4, le=ATMOSPHERE)] | None = None


class _Fault(_Request, tag="fault"):
    instrument: str
    kind: Kind | Literal["none"]
    count: Annotated[int, Meta(ge=1)] = 1
    seconds: Annotated[float, Meta(gt=0.0)] = LATE


_decode = msgspec.json.Decoder(
    _Wire | _Interlock | _Now | _Advance | _Time | _State | _Truth | _Gas | _Leak | _Place | _Air | _Fault
).decode


class _NotThere(ValueError):
    """A request that names something that the bench does not have; the message names it."""


class Hands:
    """Answers the requests.

    Parameters
    ----------
    bench, chamber, room
        The circuit, the vacuum and the air that they change.
    pans, faults
        The weighing pan and the faults of each instrument.
    """

    def __init__(
        self,
        bench: VirtualBench,
        chamber: Chamber,
        room: Room,
        pans: Mapping[str, Pan],
        faults: Mapping[str, Faults],
    ) -> None:
        self._bench = bench
        self._chamber = chamber
        self._room = room
        self._pans = pans
        self._faults = faults

    def handle(self, line: str, link: Link) -> None:
        """Answer one request."""
        try:
            reply = {"ok": True, **self._do(_decode(line.encode("latin-1")))}
        except (msgspec.MsgspecError, WiringRefused, FaultRefused, _NotThere, BadInput) as error:
            reply = {"ok": False, "error": str(error)}
        link.send(msgspec.json.encode(reply).decode("latin-1"))

    def _do(self, request: _Request) -> dict[str, object]:
        bench = self._bench
        match request:
            case _Wire():
                bench.wire(request.connections)
            case _Interlock():
                bench.set_interlock(closed=request.closed)
                if request.closed:
                    self._interlock_falls_open()
            case _Now():
                return {"now": bench.clock.now()}
            case _Advance():
                bench.clock.advance(request.seconds)
            case _Time():
                bench.clock.set_scale(parse_scale(str(request.scale)))
                return {"scale": bench.clock.scale}
            case _State():
                return self._state()
            case _Truth():
                return {"truth": self._truth()}
            case _Gas():
                self._chamber.set_pressure(_known(request.species, SPECIES, "species"), request.pascals)
            case _Leak():
                self._chamber.open_leak(leaking=request.open)
            case _Place():
                self._pans[_known(request.on, self._pans, "instrument")].place(request.kilograms)
            case _Air():
                changed = {k: v for k, v in msgspec.structs.asdict(request).items() if v is not None}
                self._room.change(**changed)
            case _Fault():
                self._fault(request)
        return {}

    def _fault(self, request: _Fault) -> None:
        faults = self._faults[_known(request.instrument, self._faults, "instrument")]
        if request.kind == "none":
            faults.clear()
        else:
            faults.arm(request.kind, request.count, request.seconds)
        if request.kind == "interlock-open":
            self._interlock_falls_open()

    def _interlock_falls_open(self) -> None:
        """Open the interlock if the fault ``interlock-open`` of any instrument says so."""
        for faults in self._faults.values():
            if faults.take("interlock-open"):
                self._bench.set_interlock(closed=False)

    def _truth(self) -> dict[str, object]:
        truth = self._bench.truth
        hidden: dict[str, object] = {}
        standards: dict[str, object] = {**truth.standards}
        for section, values in truth.hidden.items():
            outer, _, name = section.rpartition(".")
            place = standards if outer else hidden
            place[name] = {**values.get("", {}), **{k: v for k, v in values.items() if k}}
        uut = {module: nested(errors) for module, errors in truth.uut.items()}
        return {"uut": uut, "standards": standards, **hidden}

    def _state(self) -> dict[str, object]:
        bench = self._bench
        with bench.lock:
            return {
                "outputs": [self._output(o) for o in bench.outputs.values()],
                "sources": bench.sources(),
                "wired": bench.leads,
                "interlock": bench.interlock_closed,
                "vacuum": {"pascals": self._chamber.partial_pressures(), "leak": self._chamber.leaking},
                "room": asdict(self._room.air),
                "pans": {name: pan.kilograms for name, pan in self._pans.items() if pan.kilograms},
                "faults": {name: left for name, faults in self._faults.items() if (left := faults.left())},
            }

    def _output(self, output: Output) -> dict[str, object]:
        return {
            "module": output.module.name,
            "on": output.on,
            "volts": self._bench.volts_now(output),
            "set": output.level,
            "range": output.range.name if output.range is not None else "",
            "off_at": self._bench.off_at(output),
        }


def _known(name: str, there: Mapping[str, object], what: str) -> str:
    if name not in there:
        raise _NotThere(f"no {what} {name} on this bench; there are: {', '.join(there)}")
    return name
