"""Errors as events, and back."""

from __future__ import annotations

from benchtui import errors, messages
from benchtui.errors import BenchtuiError
from benchtui.i18n import N_, Text, text


def failure_event(error: BenchtuiError) -> messages.Failure:
    """Return *error* as an event."""
    return messages.Failure(
        kind=type(error).__name__,
        what=error.what if isinstance(error.what, Text) else text("{what}", what=error.what),
        where=error.where,
        hint=error.hint if isinstance(error.hint, Text) else text("{hint}", hint=error.hint),
        exit_status=error.exit_status,
    )


def failure_error(event: messages.Failure) -> BenchtuiError:
    """Return the error that *event* tells of."""
    kind = getattr(errors, event.kind, BenchtuiError)
    error: BenchtuiError = kind(event.what, where=event.where, hint=event.hint)
    return error


def unexpected(error: Exception) -> BenchtuiError:
    """Return what a technician is told of an error that nobody foresaw; its traceback belongs into the log."""
    return BenchtuiError(
        text(N_("Something went wrong inside the program: {kind}."), kind=type(error).__name__),
        hint=text(N_("The details are in the engine's log. The readings so far are safe.")),
    )
