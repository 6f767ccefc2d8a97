"""The wire: aborts, safe-off first, late replies, what is told apart when it fails."""

from __future__ import annotations

import queue
import random
import re
import socket
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.instruments.line_server import LineServer, Reply

from benchtui.errors import Aborted, Garbled, Lost, NoReply, Refused
from benchtui.instruments.dialect import LineDialect
from benchtui.instruments.link import Link, Wire
from benchtui.instruments.tcp import TcpTransport
from benchtui.instruments.wire_log import WireLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES = LineDialect(write_terminator="\r\n", read_terminator="\r\n", max_length=64, timeout=2.0)
IDENTITY = re.compile("^ME$")


def resynchronise(wire: Wire) -> None:
    LINES.synchronise(wire, "ID?", IDENTITY)


@contextmanager
def link_to(server: LineServer, log: WireLog | None = None) -> Iterator[Link]:
    link = Link(TcpTransport("127.0.0.1", server.port), log or WireLog(), resynchronise)
    with closing(link):
        link.open()
        yield link


def ask(link: Link, question: str, timeout: float | None = None) -> str:
    return link.run(lambda wire: LINES.query(wire, question, timeout))


def echo(line: str, reply: Reply) -> None:
    reply("ME" if line == "ID?" else line)


def silent(line: str, reply: Reply) -> None:
    return


class Caller:
    """A thread that makes one call and keeps what came of it, and when."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self.ended = 0.0
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        self.ended = time.monotonic()

    def join(self) -> None:
        self._thread.join(30.0)
        assert not self._thread.is_alive()


def test_abort_frees_the_caller_and_the_wire() -> None:
    freed, on_wire = [], []
    with LineServer(silent) as server:
        for attempt in range(20):
            with link_to(server) as link:
                caller = Caller(lambda link=link: ask(link, "XE", 30.0))  # type: ignore[misc] # binds the link
                server.when("XE")
                time.sleep(0.003 * attempt)  # somewhere in the slice of 50 ms
                server.heard.clear()
                moment = time.monotonic()
                link.abort()
                link.run_urgently(lambda wire: LINES.write(wire, "DZ"))
                on_wire.append(server.when("DZ") - moment)
                caller.join()
                assert isinstance(caller.error, Aborted)
                freed.append(caller.ended - moment)
    assert max(freed) < 4.0
    assert max(on_wire) < 4.0, "even on a machine that is busy with other work"


def test_an_aborted_link_stays_silent_but_for_safe_off() -> None:
    with LineServer(echo) as server, link_to(server) as link:
        link.abort()
        with pytest.raises(Aborted):
            ask(link, "DV 3,1000,100,0.001")
        link.run_urgently(lambda wire: LINES.write(wire, "DZ"))
        server.when("DZ")
        assert server.lines() == ["DZ"]


def test_safe_off_goes_first_and_what_waited_is_given_up() -> None:
    with LineServer(silent) as server, link_to(server) as link:
        running = Caller(lambda: ask(link, "RUNNING", 30.0))
        server.when("RUNNING")
        waiting = Caller(lambda: ask(link, "WAITING", 30.0))
        deadline = time.monotonic() + 5.0
        while not link._ordinary:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        link.run_urgently(lambda wire: LINES.write(wire, "DZ"))
        for caller in (running, waiting):
            caller.join()
            assert isinstance(caller.error, Aborted)
        server.when("DZ")
        assert server.lines() == ["RUNNING", "DZ"]


class OwnPace:
    """Answers each question after a time of its own, to the connection that asked; answers may overtake."""

    def __init__(self, chance: random.Random, longest: float) -> None:
        self._chance = chance
        self._longest = longest

    def __call__(self, line: str, reply: Reply) -> None:
        answer = "ME" if line == "ID?" else f"answer to {line}"
        threading.Timer(self._chance.uniform(0.0, self._longest), reply, (answer,)).start()


class Gateway(OwnPace):
    """Has one queue behind it: answers come in order, to whoever spoke last, even if another one asked."""

    def __init__(self, chance: random.Random, longest: float) -> None:
        super().__init__(chance, longest)
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._last: Reply = lambda answer: None
        threading.Thread(target=self._work, daemon=True).start()

    def __call__(self, line: str, reply: Reply) -> None:
        self._last = reply
        self._queue.put("ME" if line == "ID?" else f"answer to {line}")

    def _work(self) -> None:
        while True:
            answer = self._queue.get()
            time.sleep(self._chance.uniform(0.0, self._longest))
            self._last(answer)


@pytest.mark.parametrize("kind", [OwnPace, Gateway])
@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_late_reply_is_never_the_next_answer(kind: type[OwnPace], count: int) -> None:
    """Questions whose answers come around the time-out."""
    timeout = 0.002
    answered = missed = 0
    pace = kind(random.Random(2009), 2 * timeout)
    with LineServer(pace, in_turn=kind is Gateway) as server, link_to(server) as link:
        for number in range(count):
            try:
                answer = ask(link, f"Q{number}", timeout)
            except NoReply:
                missed += 1
            else:
                assert answer == f"answer to Q{number}"
                answered += 1
    assert min(answered, missed) > count / 100, "the test must see both"


def test_unasked_input_is_thrown_away_and_logged() -> None:
    replies: list[Reply] = []

    def chatty(line: str, reply: Reply) -> None:
        replies.append(reply)
        reply(line)

    log = WireLog()
    with LineServer(chatty) as server, link_to(server, log) as link:
        assert ask(link, "A") == "A"
        replies[0]("UNASKED")
        time.sleep(0.05)  # let it arrive
        assert ask(link, "B") == "B"
        assert [entry.octets for entry in log.last(10) if entry.direction == "stale"] == [b"UNASKED\r\n"]
    times = [entry.time for entry in log.last(100)]
    assert times == sorted(times)


def test_half_a_reply_is_no_reply() -> None:
    with LineServer(silent) as server, link_to(server) as link:
        server.handler = lambda line, reply: server.connections[-1].sendall(b"+1.00")
        with pytest.raises(NoReply, match="Only a part"):
            ask(link, "X", 0.1)


def twice(line: str, reply: Reply) -> None:
    reply(f"{'ME' if line == 'ID?' else line}\r\n{'ME' if line == 'ID?' else line}")


def test_two_answers_to_one_question_are_garbled() -> None:
    """Which of them is the one of now, nobody can tell."""
    with LineServer(twice) as server, link_to(server) as link:
        with pytest.raises(Garbled, match="More came") as caught:
            ask(link, "A")
        assert caught.value.raw == "A\r\n"
        server.handler = echo
        assert ask(link, "B") == "B"


def test_an_older_answer_is_found_out_by_the_next_question() -> None:
    """The older one came first, and the new one only when the work had gone on to its next question."""
    replies: list[Reply] = []

    def behind(line: str, reply: Reply) -> None:
        replies.append(reply)
        if line == "READ":
            reply("older reading")
        elif line == "ERRORS":
            reply("reading of now")
            reply("none")

    with LineServer(behind) as server, link_to(server) as link:

        def work(wire: Wire) -> str:
            reading = LINES.query(wire, "READ")
            if LINES.query(wire, "ERRORS") != "none":
                raise Garbled("this is no list of errors")
            return reading

        with pytest.raises(Garbled):
            link.run(work)


def test_more_than_was_asked_for_does_not_hold_up_a_safe_off() -> None:
    with LineServer(twice) as server, link_to(server) as link:

        def off(wire: Wire) -> None:
            assert LINES.query(wire, "ZERO") == "ZERO"
            assert LINES.query(wire, "OPEN") == "OPEN"

        link.run_urgently(off)
        assert server.lines() == ["ZERO", "OPEN"]


def test_a_reply_that_stops_in_the_middle_ends_the_wait() -> None:
    """A reading may take long to come; once it has begun it must go on."""
    with LineServer(silent) as server, link_to(server) as link:
        server.handler = lambda line, reply: server.connections[-1].sendall(b"+1.00")
        patient = LineDialect(write_terminator="\r\n", read_terminator="\r\n", timeout=0.1)
        with pytest.raises(NoReply, match=r"Only a part .* within 0\.1 s"):
            link.run(lambda wire: patient.query(wire, "X", 3600.0))


def test_an_interrupt_from_the_keyboard_leaves_the_wire_to_safe_off() -> None:
    def interrupted(wire: Wire) -> None:
        LINES.say(wire, "A")
        raise KeyboardInterrupt

    with LineServer(echo) as server, link_to(server) as link:
        assert ask(link, "FIRST") == "FIRST"
        with pytest.raises(KeyboardInterrupt):
            link.run(interrupted)
        link.run_urgently(lambda wire: LINES.write(wire, "DZ"))
        server.when("DZ")
        assert ask(link, "B") == "B"


def test_many_threads_ask_on_one_wire() -> None:
    """Whoever finds the wire idle works at once, the others wait for their turn: each gets its own answer."""
    wrong: list[str] = []

    def ask_often(name: str, link: Link) -> None:
        wrong.extend(f"{name}{n}" for n in range(200) if ask(link, f"{name}{n}") != f"{name}{n}")

    with LineServer(echo) as server, link_to(server) as link:
        callers = [Caller(lambda name=name: ask_often(name, link)) for name in "abcd"]  # type: ignore[misc] # binds it
        for caller in callers:
            caller.join()
            assert caller.error is None
    assert not wrong


def test_an_answer_without_end_is_garbled() -> None:
    endless = LineServer(lambda line, reply: reply("9" * 10_000))
    with endless as server, link_to(server) as link, pytest.raises(Garbled, match="64 bytes"):
        ask(link, "X")


def test_noise_is_garbled_and_not_decoded_by_luck() -> None:
    with LineServer(lambda line, reply: reply("NCV\xff\x00+1")) as server, link_to(server) as link:
        with pytest.raises(Garbled) as caught:
            ask(link, "X")
        assert caught.value.raw == "NCV\xff\x00+1"


def test_refused_names_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    link = Link(TcpTransport("127.0.0.1", port), WireLog(), resynchronise)
    with closing(link):
        with pytest.raises(Refused) as caught:
            link.open()
        assert str(port) in caught.value.where
        assert "127.0.0.1" in str(caught.value.hint)
        with pytest.raises(Lost):
            ask(link, "X")


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(Refused, match="not known"):
        TcpTransport("no-such-host.invalid", 5025).open(3.0)


def test_lost_is_told_apart_from_silence_and_stays_so() -> None:
    with LineServer(echo) as server, link_to(server) as link:
        assert ask(link, "A") == "A"
        server.drop_clients()
        with pytest.raises(Lost):
            ask(link, "B")
        with pytest.raises(Lost):
            ask(link, "C")  # settings may be gone with the power: nobody goes on as if nothing had been
        link.run_urgently(lambda wire: LINES.write(wire, "DZ"))  # safe-off finds its own way
        server.when("DZ")


def test_ipv6_loopback() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        transport = TcpTransport("::1", listener.getsockname()[1])
        transport.open(1.0)
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"x")
            assert transport.receive(1.0) == b"x"
            assert transport.receive(0.0) == b""
        transport.close()


def test_a_full_pipe_does_not_hold_up_an_abort() -> None:
    stop = threading.Event()

    def deaf(line: str, reply: Reply) -> None:
        stop.wait(10.0)

    with LineServer(deaf) as server, link_to(server) as link:
        caller = Caller(lambda: link.run(lambda wire: wire.send(b"X\r\n" + b"Y" * 50_000_000)))
        server.when("X")
        link.abort()
        caller.join()
        assert isinstance(caller.error, Aborted)
        stop.set()


def test_close_is_never_an_error() -> None:
    with LineServer(silent) as server:
        link = Link(TcpTransport("127.0.0.1", server.port), WireLog(), resynchronise)
        link.close()
        link.close()
        with pytest.raises(Lost):
            ask(link, "X")


def test_the_log_forgets_the_oldest() -> None:
    log = WireLog(depth=3)
    for octet in b"abcde":
        log.add("out", bytes([octet]))
    log.add("in", b"")
    assert [entry.octets for entry in log.last(9)] == [b"c", b"d", b"e"]
    assert [entry.octets for entry in log.last(1)] == [b"e"]
    assert log.last(0) == ()
