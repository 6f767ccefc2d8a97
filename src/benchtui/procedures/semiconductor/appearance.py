"""Appearance and function: what a person sees before the work begins, and what the UUT says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import msgspec

from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Observation, Operator, Point, Procedure, Setup, Verdict
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B1, RECORD_A1
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import Reading
from benchtui.roles import Instrument
from benchtui.wiring import Wiring

NORMAL = "正常 Normal"
ABNORMAL = "不正常 Abnormal"
SELF_TEST_FAILED = "自检返回 {answer} self-test answered {answer}"


class Question(msgspec.Struct, frozen=True):
    """What a person judges: *cell* is how table A.1 calls it, *lines* say what to look at."""

    cell: str
    title: Text
    lines: tuple[Text, ...]


QUESTIONS = {
    "appearance": Question(
        "外观 Appearance",
        Text(N_("Look at the unit under test: is its appearance normal?")),
        (
            Text(N_("No damage that affects its work or its readings.")),
            Text(N_("Knobs, switches and keys move, latch and release as they should.")),
            Text(N_("The accessories that the work needs are there.")),
        ),
    ),
    "function": Question(
        "工作正常性 Function",
        Text(N_("Does the unit under test work normally?")),
        (Text(N_("It has warmed up as its manual asks; display, keys and fans work.")),),
    ),
}
"""By point, in the order of JJF 2009—2022, 6.2."""


class Appearance(Procedure):
    """Appearance and function. JJF 2009—2022, 6.2, tables A.1 and B.1; nothing is measured."""

    id = "appearance"
    title = Text(N_("Appearance and function"))
    clause = "6.2"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": Instrument}
    rows: ClassVar[Mapping[str, str]] = {}
    record_table = RECORD_A1
    certificate_table = CERTIFICATE_B1
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:  # noqa: ARG002 - the same for every unit
        """Return the two questions as points."""
        return [
            Point(key=key, module="", range="", span="1", setpoint="", unit="1", limit="0", readings=1)
            for key in QUESTIONS
        ]

    def wiring(self, setup: Setup) -> Wiring:  # noqa: ARG002 - nothing is connected at either point
        """Return that nothing is connected: a self-test wants open terminals."""
        return Wiring(
            key="nothing",
            figure="-",
            connections=(),
            notes=(text(N_("Nothing is connected to the terminals of the unit: it may test itself.")),),
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Ask a person; before the question about the function let the unit test itself, if it can."""
        question = QUESTIONS[setup.point.key]
        lines = list(question.lines)
        self_test: Callable[[], Reading] | None = getattr(bench["uut"], "self_test", None)
        if setup.point.key == "function" and self_test is not None:
            lines.append(_told(operator.take("uut", self_test, "reading")))
        elif setup.point.key == "function":
            lines.append(text(N_("Start its self-test, where it has one: it must pass.")))
        operator.take("uut", lambda: operator.judge(question.title, *lines), "reading")

    def evaluate(
        self,
        observation: Observation,
        standards: Mapping[str, Standard],  # noqa: ARG002 - there are none
        uut: Uut,  # noqa: ARG002 - the same for every unit
    ) -> Verdict:
        """Return the verdict: what a person said, and abnormal in any case if the self-test failed."""
        point = observation.point
        *tested, judged = observation.readings["uut"]
        remarks = [SELF_TEST_FAILED.format(answer=reading.raw) for reading in tested if reading.value != 0]
        normal = judged.value == 1 and not remarks
        remark = "; ".join([*filter(None, [judged.raw.strip()]), *remarks])
        word = NORMAL if normal else ABNORMAL
        return Verdict(
            point=point.key,
            normal=normal,
            remark=remark,
            statement={
                "item": QUESTIONS[point.key].cell,
                "verdict": f"{word}: {remark}" if remark else word,
            },
            method=f"{self.id}/{self.version}",
        )


def _told(answer: Reading) -> Text:
    """Return what the self-test answered, for the person who judges."""
    if answer.value == 0:
        return text(N_("Its self-test passed: it answered {answer}."), answer=answer.raw)
    return text(
        N_("Its self-test FAILED: it answered {answer}. {errors}"),
        answer=answer.raw,
        errors="; ".join(answer.flags),
    )
