"""Dialects: what fits is read, whatever else comes is a typed error."""

from __future__ import annotations

import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.instruments.scripted import run

from benchtui.errors import Garbled, InstrumentError, InstrumentFailure, NoReply
from benchtui.instruments.ack_enq import AckEnqDialect
from benchtui.instruments.mks_frames import MksDialect
from benchtui.instruments.rga_words import RgaDialect, ion_counts
from benchtui.instruments.sics import SicsAnswer, SicsDialect

SOON = 0.02
ACK_ENQ = AckEnqDialect(write_terminator="\r", read_terminator="\r\n", max_length=64, timeout=SOON)
MKS = MksDialect(write_terminator=";FF", read_terminator=";FF", max_length=64, timeout=SOON, address=253)
RGA = RgaDialect(write_terminator="\r", read_terminator="\n\r", max_length=64, timeout=SOON)
SICS = SicsDialect(write_terminator="\r\n", read_terminator="\r\n", max_length=64, timeout=SOON)

noise = st.lists(
    st.binary(max_size=20)
    | st.sampled_from([b"\x06\r\n", b"\x15\r\n", b"\r\n", b";FF", b"\n\r", b"S S 1 g\r\n"]),
    max_size=6,
)
fuzzed = settings(max_examples=150, deadline=None)


# --- ACK and ENQ
def test_an_answer_after_ack_and_enq() -> None:
    answer = run([b"\x06\r", b"\n", b"0,+1.23", b"40E-05\r\n"], lambda wire: ACK_ENQ.query(wire, "PR1"))
    assert answer == "0,+1.2340E-05"


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("0001", "syntax error"),
        ("0010", "inadmissible parameter"),
        ("0100", "no hardware"),
        ("1001", "controller error, syntax error"),
    ],
)
def test_a_nak_says_why(word: str, meaning: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        run([b"\x15\r\n", word.encode() + b"\r\n"], lambda wire: ACK_ENQ.query(wire, "XYZ"))
    assert (caught.value.code, caught.value.text) == (word, meaning)


@pytest.mark.parametrize("answer", [b"\x06\x06\r\n", b"0,+1.2340E-05\r\n", b"\r\n", b"ACK\r\n"])
def test_what_is_no_acknowledgement_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled):
        run([answer, b"1\r\n"], lambda wire: ACK_ENQ.query(wire, "PR1"))


def test_a_nak_with_another_word_is_garbled() -> None:
    with pytest.raises(Garbled):
        run([b"\x15\r\n", b"0,+1.2340E-05\r\n"], lambda wire: ACK_ENQ.query(wire, "PR1"))


@given(noise)
@fuzzed
def test_any_bytes_after_a_mnemonic_are_an_answer_or_a_typed_error(chunks: list[bytes]) -> None:
    try:
        answer = run(chunks, lambda wire: ACK_ENQ.query(wire, "PR1"))
    except InstrumentFailure:
        return
    assert b"".join(chunks).startswith(b"\x06\r\n" + answer.encode("ascii") + b"\r\n")


# --- MKS
def test_a_frame_holds_its_answer() -> None:
    assert run([b"@253ACK1.23", b"E-07;F", b"F"], lambda wire: MKS.query(wire, "PR1?")) == "1.23E-07"


def test_a_refused_frame_has_its_number() -> None:
    with pytest.raises(InstrumentError) as caught:
        run([b"@253NAK160;FF"], lambda wire: MKS.query(wire, "PR1?"))
    assert (caught.value.code, caught.value.text) == ("160", "not a command")


@pytest.mark.parametrize(
    "answer",
    [b"@252ACK1.23E-07;FF", b"253ACK1;FF", b"@253OK1;FF", b"x@253ACK1;FF", b";FF", b"@253ACK\xff;FF"],
)
def test_a_frame_of_nobody_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled):
        run([answer], lambda wire: MKS.query(wire, "PR1?"))


@given(noise)
@fuzzed
def test_any_bytes_after_a_frame_are_an_answer_or_a_typed_error(chunks: list[bytes]) -> None:
    try:
        answer = run(chunks, lambda wire: MKS.query(wire, "PR1?"))
    except InstrumentFailure:
        return
    assert b"".join(chunks).startswith(b"@253ACK" + answer.encode("ascii") + b";FF")


# --- SRS
@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20), st.data())
@fuzzed
def test_words_of_four_bytes_may_hold_anything(counts: list[int], data: st.DataObject) -> None:
    octets = struct.pack(f"<{len(counts)}i", *counts)
    cut = data.draw(st.integers(0, len(octets)))
    block = run([octets[:cut], octets[cut:]], lambda wire: RGA.block(wire, "SC1", len(counts), 1.0))
    assert ion_counts(block) == tuple(counts)


def test_a_word_too_few_is_no_reply() -> None:
    with pytest.raises(NoReply, match="Only a part"):
        run([b"\x01\x02\x03"], lambda wire: RGA.block(wire, "MR28", 1, SOON))


@pytest.mark.parametrize("answer", [b"256\n\r", b"-1\n\r", b"1.0\n\r", b"\n\r", b" 0\n\r", b"0x1\n\r"])
def test_what_is_no_status_byte_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled):
        run([answer], lambda wire: RGA.byte(wire, "FL0"))


@given(noise)
@fuzzed
def test_any_bytes_after_a_hardware_command_are_a_status_or_a_typed_error(chunks: list[bytes]) -> None:
    try:
        status = run(chunks, lambda wire: RGA.byte(wire, "FL0"))
    except InstrumentFailure:
        return
    assert 0 <= status <= 255
    assert re.match(rb"\d{1,3}\n\r", b"".join(chunks))


@given(st.binary(max_size=40))
@fuzzed
def test_the_identity_is_found_behind_words_without_end_of_line(stale: bytes) -> None:
    identity = re.compile(r"SRSRGA200VER\d+\.\d+SN\d+")
    found = run(
        [stale, b"SRSRGA200VER0.24SN12345\n\r"], lambda wire: RGA.synchronise(wire, "ID?", identity, 1.0)
    )
    assert found == "SRSRGA200VER0.24SN12345"


# --- MT-SICS
def test_lines_that_follow_belong_together() -> None:
    answers = run([b"M28 B 1 21.8\r\nM28 A ", b"2 22.1\r\n"], lambda wire: SICS.ask(wire, "M28"))
    assert [(answer.status, answer.rest) for answer in answers] == [("B", "1 21.8"), ("A", "2 22.1")]


def test_a_line_of_the_print_key_is_passed_over() -> None:
    answers = run([b"S S    100.00 g\r\nZ A\r\n"], lambda wire: SICS.ask(wire, "Z"))
    assert answers == (SicsAnswer("A", "", "Z A"),)


def test_an_immediate_weight_is_answered_as_s_and_a_reset_as_i4() -> None:
    assert run([b"S D     12.3 g\r\n"], lambda wire: SICS.ask(wire, "SI"))[0].status == "D"
    assert run([b'I4 A "B123"\r\n'], lambda wire: SICS.query(wire, "@")) == 'I4 A "B123"'


@pytest.mark.parametrize("code", ["ES", "ET", "EL"])
def test_a_refusal_of_the_balance(code: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        run([code.encode() + b"\r\n"], lambda wire: SICS.ask(wire, "Z"))
    assert caught.value.code == code


@given(noise)
@fuzzed
def test_any_bytes_after_s_are_an_answer_or_a_typed_error(chunks: list[bytes]) -> None:
    try:
        answers = run(chunks, lambda wire: SICS.ask(wire, "S"))
    except InstrumentFailure:
        return
    assert all(answer.line.encode("ascii") + b"\r\n" in b"".join(chunks) for answer in answers)
    assert answers[-1].status != "B"
