"""The self-test of an analyzer.

Source: Keysight B1500A/B1505A Programming Guide, ``*TST?``: the terminals must be open; the answer is 0 if nothing
failed. The reasons of a failure are in the error queue.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchtui.instruments.answers import garbled
from benchtui.instruments.b1500_mainframe import B1500Mainframe
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire

_SELF_TEST_TIMEOUT = 300.0


class B1500SelfTest(B1500Mainframe):
    """An analyzer that tests itself."""

    def self_test(self) -> Reading:
        """Test mainframe and modules, with nothing connected; return the answer, 0 if nothing failed.

        The errors that a failure left in the queue are the flags of the reading.

        Raises
        ------
        InstrumentError
            It answered that nothing failed, and reports an error all the same.
        Interlock, Lost, NoReply, Garbled, Aborted
        """

        def work(wire: Wire) -> tuple[str, tuple[str, ...]]:
            answer = self._dialect.query(wire, "*TST?", _SELF_TEST_TIMEOUT)
            if re.fullmatch(r"\+?\d{1,6}", answer) is None:
                raise garbled(answer, f"{self.name}, {wire.address}")
            if int(answer) == 0:
                self._check_errors(wire)
                return answer, ()
            return answer, tuple(f"{error.code} {error.words}" for error in self._pop_errors(wire))

        t0 = self._clock.now()
        answer, flags = self._run(work)
        return Reading(answer, float(int(answer)), "1", flags, t0, self._clock.now())
