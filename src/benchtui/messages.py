"""What the engine and its faces say to each other: events go up, commands go down, nothing else is shared.

One message is one line of JSON; the tag ``type`` is the struct's name. Numbers that are shown travel as text that is
already rounded for display: faces hold no equation. The full-precision values stay in the record.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from benchtui.i18n import Text
from benchtui.tables import Column
from benchtui.wiring import Wiring

PROTOCOL = 1
ItemStateName = Literal["todo", "running", "done", "failed", "skipped"]
PointStateName = Literal["todo", "running", "done", "interrupted", "failed", "skipped"]
PromptKind = Literal["wiring", "confirm", "enter", "judge", "arm"]
Level = Literal["info", "warning", "error"]
Language = Literal["zh", "en", "both"]


class _Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    pass


# ------------------------------------------------------------------------------------------------ what they speak of
class JobSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of jobs. *points_done* of *points* over all items; *state* is the worst of the items'."""

    number: str
    customer: str
    uut: str
    points: int
    points_done: int
    state: ItemStateName
    updated: str = ""


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """A calibration item of a job. *clause* is the clause of the specification, such as ``6.5.1``."""

    id: str
    title: Text
    clause: str
    state: ItemStateName
    points: int
    points_done: int
    attempt_notes: str = ""


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """A point of an item's plan. *setpoint* and *range* are ready to show, such as ``+10 V``."""

    key: str
    module: str
    range: str
    setpoint: str
    state: PointStateName
    attempt: int = 0
    readings: int = 0
    of: int = 0


class ResultView(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a point, rounded for display, keyed by the columns of the item's table.

    *cells* holds every column of the table; *budget* holds one line an input, ranked: symbol, source, standard
    uncertainty with unit, share of the variance. *alarms* are sentences about the budget.
    """

    point: str
    attempt: int
    cells: dict[str, str]
    k: str
    nu_eff: str
    probability: str
    budget: tuple[tuple[str, str, str, str], ...] = ()
    alarms: tuple[Text, ...] = ()


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the operator.

    ``wiring``: connect as drawn, then answer ``yes``. ``confirm``: answer ``yes`` or ``no``. ``enter``: answer with the
    text typed; *unit* is the unit expected; *error* says why the last answer was refused. ``judge``: answer ``yes`` for
    normal or ``no`` for abnormal, either with a remark after a space. ``arm``: a dangerous level comes next; answer
    with *expected*, typed by hand, or with ``no``.
    """

    id: int
    kind: PromptKind
    title: Text
    lines: tuple[Text, ...] = ()
    wiring: Wiring | None = None
    unit: str = ""
    expected: str = ""
    error: Text | None = None


# ------------------------------------------------------------------------------------------------------ events, up
class Welcome(_Message, frozen=True, kw_only=True):
    """The first event on every connection.

    *bench* is the name of the bench and *bench_file* its path, both empty for an engine without one. *controls* is
    False for a second console, which only watches.
    """

    protocol: int
    version: str
    workspace: str
    bench: str
    bench_file: str
    controls: bool
    virtual: bool
    jobs: tuple[JobSummary, ...]
    running_job: str = ""
    running_item: str = ""


class Jobs(_Message, frozen=True, kw_only=True):
    """The list of jobs changed."""

    jobs: tuple[JobSummary, ...]


class JobOpened(_Message, frozen=True, kw_only=True):
    """The items of a job, in answer to :class:`OpenJob` and :class:`AddJob` and whenever one of them changes."""

    number: str
    customer: str
    uut: str
    items: tuple[ItemView, ...]


class ItemOpened(_Message, frozen=True, kw_only=True):
    """The plan of an item with the results so far, in answer to :class:`OpenItem`."""

    job: str
    item: ItemView
    columns: tuple[Column, ...]
    points: tuple[PointView, ...]
    results: tuple[ResultView, ...]


class PointChanged(_Message, frozen=True, kw_only=True):
    """A point changed its state or count of readings."""

    job: str
    item: str
    point: PointView


class Live(_Message, frozen=True, kw_only=True):
    """A reading that is in the record already. *phase* is ``settling`` or ``reading``; *note* says why it waits."""

    job: str
    item: str
    point: str
    role: str
    value: str
    unit: str
    phase: Literal["settling", "reading"]
    n: int
    of: int
    note: Text | None = None
    spread: str = ""


class Trace(_Message, frozen=True, kw_only=True):
    """A waveform that is in the record already, thinned for drawing: extremes of even parts, from *start* to *end*."""

    job: str
    item: str
    point: str
    role: str
    values: tuple[float, ...]
    unit: str
    start: float
    end: float
    step_unit: str


class Waiting(_Message, frozen=True, kw_only=True):
    """The run waits for *seconds* of the bench's time, and *why*."""

    job: str
    item: str
    point: str
    seconds: float
    why: Text


class ResultReady(_Message, frozen=True, kw_only=True):
    """The result of a point is in the record."""

    job: str
    item: str
    result: ResultView


class Asked(_Message, frozen=True, kw_only=True):
    """The operator is asked; the run waits. The same *prompt.id* may come again with an *error*."""

    prompt: Prompt


class Settled(_Message, frozen=True, kw_only=True):
    """The prompt with this *id* needs no answer any more."""

    id: int


class Outputs(_Message, frozen=True, kw_only=True):
    """The state of the sources, as far as the engine knows it. *level* is ready to show, such as ``100 V``."""

    on: bool
    level: str = ""
    hazard: bool = False


class RunStarted(_Message, frozen=True, kw_only=True):
    """The engine began, or resumed, an item."""

    job: str
    item: str


class RunEnded(_Message, frozen=True, kw_only=True):
    """The run of an item ended; *state* says how."""

    job: str
    item: str
    state: Literal["done", "failed", "aborted"]


class Note(_Message, frozen=True, kw_only=True):
    """A line for the log at the foot of the screen. *at* is local time, ``HH:MM:SS``."""

    level: Level
    text: Text
    at: str


class Failure(_Message, frozen=True, kw_only=True):
    """Something failed: a sentence each for what and what to try; *kind* is the error's class name."""

    kind: str
    what: Text
    where: str
    hint: Text
    exit_status: int


class Issued(_Message, frozen=True, kw_only=True):
    """Certificate, record and DCC were written and stored. *draft* as long as nobody has approved them."""

    job: str
    number: str
    certificate: str
    record: str
    dcc: str
    draft: bool


class Environment(_Message, frozen=True, kw_only=True):
    """The conditions in the room, ready to show, such as ``23.1 °C 45 %RH``."""

    text: str


Event: TypeAlias = (
    Welcome
    | Jobs
    | JobOpened
    | ItemOpened
    | PointChanged
    | Live
    | Trace
    | Waiting
    | ResultReady
    | Asked
    | Settled
    | Outputs
    | RunStarted
    | RunEnded
    | Note
    | Failure
    | Issued
    | Environment
)


# ---------------------------------------------------------------------------------------------------- commands, down
class Attach(_Message, frozen=True, kw_only=True):
    """The first command on every connection. *control* False asks to watch only."""

    protocol: int
    control: bool = True


class OpenJob(_Message, frozen=True, kw_only=True):
    """Ask for the items of a job."""

    job: str


class OpenItem(_Message, frozen=True, kw_only=True):
    """Ask for the plan and the results of an item."""

    job: str
    item: str


class StartItem(_Message, frozen=True, kw_only=True):
    """Run the points of an item that have no result yet."""

    job: str
    item: str


class RepeatPoint(_Message, frozen=True, kw_only=True):
    """Measure a point once more; the earlier attempts stay in the record."""

    job: str
    item: str
    point: str


class SkipPoint(_Message, frozen=True, kw_only=True):
    """Leave a point out, and say why; it can still be measured later."""

    job: str
    item: str
    point: str
    reason: str


class Answer(_Message, frozen=True, kw_only=True):
    """The operator's answer to a prompt."""

    id: int
    value: str


class Stop(_Message, frozen=True, kw_only=True):
    """Stop the run at hand; outputs go off, the point at hand is marked interrupted."""


class OutputsOff(_Message, frozen=True, kw_only=True):
    """Switch every output off at once, whatever else happens (F8)."""


class AddJob(_Message, frozen=True, kw_only=True):
    """Take the work order in the file *path* into the workspace; a job that is there already is left as it is."""

    path: str


class Issue(_Message, frozen=True, kw_only=True):
    """Write certificate and record of a job to the folder *out*. *language* is ``zh``, ``en`` or ``both``."""

    job: str
    language: Language
    out: str


class Detach(_Message, frozen=True, kw_only=True):
    """The console is being closed on purpose: the run goes on. A connection that ends without it was lost."""


class Shutdown(_Message, frozen=True, kw_only=True):
    """End the engine: outputs off, connections closed."""


Command: TypeAlias = (
    Attach
    | OpenJob
    | OpenItem
    | StartItem
    | RepeatPoint
    | SkipPoint
    | Answer
    | Stop
    | OutputsOff
    | AddJob
    | Issue
    | Detach
    | Shutdown
)

_encoder = msgspec.json.Encoder()
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def encode(message: Event | Command) -> bytes:
    """Return *message* as one line, with its line feed."""
    return _encoder.encode(message) + b"\n"


def decode_event(line: bytes) -> Event:
    """Read an event. Raises ``msgspec.ValidationError`` or ``msgspec.DecodeError`` for anything else."""
    return _events.decode(line)


def decode_command(line: bytes) -> Command:
    """Read a command. Raises ``msgspec.ValidationError`` or ``msgspec.DecodeError`` for anything else."""
    return _commands.decode(line)
