"""Any text that is text comes back as it went in; what is no text is refused and leaves nothing behind."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.conftest import Work

from benchtui.errors import RecordsError
from benchtui.quantity import Reading
from benchtui.records import FILE_NAME, Archive, Store, canonical, revive, stamp, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = stamp(1.0)
TEXTS = st.text() | st.sampled_from(
    ["某客户 {n} [b]", "\x00", "a\x00b", "'\";--", "\x1f", "\u2028", "\ufffe", "🜨", "}{"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def open_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Work, Path, int]]:
    """Yield one record for all examples: its steps, its path, an open attempt."""
    path = tmp_path_factory.mktemp("texts") / FILE_NAME
    with Store.open(path, actor="engine") as store:
        work = Work(store)
        work.job()
        yield work, path, work.begin().id
    assert verify(path).ok


@settings(deadline=None, max_examples=60)
@given(raw=TEXTS, role=TEXTS, flags=st.lists(TEXTS, max_size=3), numbers=st.tuples(*[st.floats()] * 4))
def test_readings_come_back(
    open_work: tuple[Work, Path, int], raw: str, role: str, flags: list[str], numbers: tuple[float, ...]
) -> None:
    work, path, attempt = open_work
    value, span, t0, t1 = numbers
    taken = Reading(raw, value, "V", tuple(flags), t0, t1, span)
    seq = work.store.add_reading(at=AT, attempt=attempt, role=role, purpose="settling", reading=taken)
    with Archive.open(path) as archive:
        row = archive.readings(attempt)[-1]
    assert (row.seq, row.role) == (seq, role)
    assert repr(row.reading()) == repr(taken)


@settings(deadline=None, max_examples=60)
@given(kind=TEXTS, actor=TEXTS, body=JSON)
def test_events_come_back(open_work: tuple[Work, Path, int], kind: str, actor: str, body: Any) -> None:
    work, path, _ = open_work
    seq = work.store.add_event(at=AT, kind=kind, body=body, actor=actor)
    with Archive.open(path) as archive:
        row = archive.events("")[-1]
    assert (row.seq, row.kind, row.actor) == (seq, kind, actor or "engine")
    assert row.body == canonical(body)


def test_the_record_of_all_texts_verifies(open_work: tuple[Work, Path, int]) -> None:
    _, path, _ = open_work
    assert verify(path).ok


@settings(deadline=None, max_examples=60)
@given(JSON)
def test_canonical_json_is_stable(body: Any) -> None:
    once = canonical(body)
    assert canonical(json.loads(once)) == once
    assert msgspec.json.decode(once.encode()) == json.loads(once)


@settings(deadline=None)
@given(st.floats())
def test_every_float_comes_back(number: float) -> None:
    back = revive(canonical(number), float)
    assert back == number or (math.isnan(back) and math.isnan(number))
    assert math.copysign(1, back) == math.copysign(1, number) or math.isnan(number)


HALF = st.characters(categories=["Cs"])


@settings(deadline=None, max_examples=20)
@given(before=TEXTS, half=HALF)
def test_half_a_character_is_refused_everywhere(
    open_work: tuple[Work, Path, int], before: str, half: str
) -> None:
    work, path, attempt = open_work
    broken = before + half
    head = work.store.head()
    for step in (
        lambda: work.store.add_event(at=AT, kind=broken, body={}),
        lambda: work.store.add_event(at=AT, kind="x", body={"note": [broken]}),
        lambda: work.store.add_event(at=AT, kind="x", body={broken: 1}),
        lambda: work.store.add_event(at=AT, kind="x", body={}, actor=broken),
        lambda: work.store.add_reading(
            at=AT, attempt=attempt, role="r", purpose="reading", reading=Reading(broken, 1.0, "V")
        ),
        lambda: work.job(broken),
        lambda: Store.open(path, actor=broken),
    ):
        with pytest.raises(RecordsError, match="cannot hold this text") as refused:
            step()
        assert "half a character" in str(refused.value.hint)
    assert work.store.head() == head
