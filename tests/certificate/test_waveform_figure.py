"""The waveform of a point in the original record: drawn as vectors, with the part that was averaged."""

from __future__ import annotations

import math

import msgspec
from pypdf.generic import ContentStream
from tests.certificate.pdf_reading import reader, words
from tests.certificate.sample_certificate import build

from benchtui.certificate import Certificate, RecordedWaveform, record_pdf

SAMPLES = 480


def with_waveform(content: Certificate, drawn: RecordedWaveform) -> Certificate:
    """Return *content* with *drawn* at its first point."""
    item = content.record.items[0]
    point = msgspec.structs.replace(item.points[0], waveforms=(drawn,))
    changed = msgspec.structs.replace(item, points=(point, *item.points[1:]))
    record = msgspec.structs.replace(content.record, items=(changed, *content.record.items[1:]))
    return msgspec.structs.replace(content, record=record)


def pulse(**changes: object) -> RecordedWaveform:
    drawn = RecordedWaveform(
        role="digitizer",
        number=1,
        count=10,
        samples=1600,
        unit="V",
        step_unit="s",
        start=-3e-4,
        end=1.3e-3,
        values=tuple(3.0 / (1 + math.exp(-(n - 100) / 4)) for n in range(SAMPLES)),
        averaged=(4e-4, 7e-4),
    )
    return msgspec.structs.replace(drawn, **changes)


def strokes(document: bytes) -> int:
    """Return how many lines are drawn on all pages."""
    pages = reader(document).pages
    return sum(
        operator == b"l"
        for page in pages
        for _, operator in ContentStream(page.get_contents(), page.pdf).operations
    )


def test_a_waveform_is_drawn_as_lines_and_told() -> None:
    content = build()
    plain, drawn = record_pdf(content, "en"), record_pdf(with_waveform(content, pulse()), "en")
    told = words(drawn)
    assert "digitizer: waveform 1 of 10, 1600 samples; the grey part was averaged" in told
    assert "waveform 1 of 10" not in words(plain)
    assert strokes(drawn) - strokes(plain) >= SAMPLES - 1
    assert len(drawn) - len(plain) < 60_000, "vectors, compressed"


def test_a_flat_line_and_a_waveform_without_a_chosen_part_are_drawn_too() -> None:
    content = with_waveform(build(), pulse(values=(0.0,) * 10, averaged=None))
    assert "波形 1 / 10" in words(record_pdf(content, "zh"))
    single = with_waveform(build(), pulse(values=(1.5,), start=0.0, end=0.0, averaged=None))
    assert record_pdf(single).startswith(b"%PDF")
