"""What the console asks of its connection to the engine; ``benchtui.client`` is the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.messages import Command, Event


class EngineLink(Protocol):
    """A connection to the engine that is open and attached.

    Callbacks come from a thread of the link and must return at once; the console hands them to its own loop.
    The first event is :class:`~benchtui.messages.Welcome`.
    """

    def listen(self, on_event: Callable[[Event], None], on_gone: Callable[[], None]) -> None:
        """Begin to deliver events, in the order in which they came; called once, before any :meth:`send`.

        *on_gone* is called once, after the last event, when the engine ended or the connection broke; not
        after :meth:`close`.
        """

    def send(self, command: Command) -> None:
        """Send *command* from any thread; returns at once. Does nothing when the engine is gone."""

    def close(self) -> None:
        """Close the connection; what was sent before still goes out, no callback comes after it returns.

        The engine lives on. Harmless when repeated.
        """
