"""The guardian: a small process that switches armed sources off when the engine ends, however it ends.

It is run as a file, by the bare interpreter, and imports the standard library alone: it must be there in no
time and must not fail because something else is broken. The engine speaks to it through its standard input, a
line of JSON a request, and reads the acknowledgements from its standard output: the request's words, and, behind
a tab, why it is refused. The end of that input, or of the engine's process, with a source still armed is the signal
to act. What VISA alone reaches has a guardian of its own, :mod:`benchtui.instruments.guardian_visa`.

Arguments: the log file, and the process id of the engine.
"""

from __future__ import annotations

import json
import os
import queue
import re
import select
import signal
import socket
import sys
import threading
import time
from typing import Any, Protocol

CONNECT_PATIENCE = 5.0
"""Seconds for which a connection is tried: an instrument may notice late that the engine's is gone."""
REPLY_PATIENCE = 0.5
BARRIER_PATIENCE = 0.03
"""Seconds to wait for measured values once the barrier was answered: it may overtake them in the buffers."""
POLL_INTERVAL = 0.005
RETRY_INTERVAL = 0.02
SEND_PATIENCE = 1.0
LOCK_PATIENCE = 0.5
"""Seconds for which a serial port is waited for that another process has locked; then it is used regardless."""
# Linux, asm-generic/ioctls.h and termbits.h: a speed that is none of the standard ones.
TCGETS2, TCSETS2, BOTHER, CBAUD = 0x802C542A, 0x402C542B, 0o010000, 0o010017

Recipe = dict[str, Any]
Requests = queue.SimpleQueue["bytes | Prepared | None"]
ENGINE_ENDED = None


class Wire(Protocol):
    """A way to an instrument; everything that goes wrong with it is an ``OSError``."""

    def send(self, frame: bytes) -> None:
        """Send all of *frame*."""

    def receive(self, timeout: float) -> bytes:
        """Return what came within *timeout* seconds, nothing if nothing came."""

    def close(self) -> None:
        """Give the wire up."""


class TcpWire:
    """A connection to an instrument, or to a gateway."""

    def __init__(self, recipe: Recipe) -> None:
        self.connection = socket.create_connection((recipe["host"], recipe["port"]), timeout=SEND_PATIENCE)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, frame: bytes) -> None:
        """Send all of *frame*."""
        self.connection.settimeout(SEND_PATIENCE)
        self.connection.sendall(frame)

    def receive(self, timeout: float) -> bytes:
        """Return what came within *timeout* seconds, nothing if nothing came."""
        self.connection.settimeout(timeout)
        try:
            chunk = self.connection.recv(4096)
        except TimeoutError:
            return b""
        if not chunk:
            raise ConnectionResetError("closed at the other end")
        return chunk

    def close(self) -> None:
        """Give the connection up."""
        self.connection.close()


class SerialWire:
    """A serial line. The engine's lock on the port ended with the engine."""

    def __init__(self, recipe: Recipe) -> None:
        serial = recipe["serial"]
        self.descriptor = os.open(serial["device"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            self.lock()
            self.set_up(serial)
        except BaseException:
            os.close(self.descriptor)
            raise

    def lock(self) -> None:
        """Lock the port; what holds it after the patience is spent does not hold up a safe-off."""
        import fcntl

        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= deadline:
                    return
                time.sleep(RETRY_INTERVAL)
            else:
                return

    def set_up(self, serial: dict[str, Any]) -> None:
        """Make the port raw, with the speed and framing of the instrument."""
        import array
        import fcntl
        import termios

        try:
            _, _, _, _, _, _, characters = termios.tcgetattr(self.descriptor)
            characters[termios.VMIN] = characters[termios.VTIME] = 0
            control = termios.CREAD | termios.CLOCAL | getattr(termios, f"CS{serial['data_bits']}")
            control |= {"none": 0, "even": termios.PARENB, "odd": termios.PARENB | termios.PARODD}[
                serial["parity"]
            ]
            control |= termios.CSTOPB if serial["stop_bits"] == 2 else 0
            control |= termios.CRTSCTS if serial["flow"] == "rts-cts" else 0
            input_flags = termios.IXON | termios.IXOFF if serial["flow"] == "xon-xoff" else 0
            speed = getattr(termios, f"B{serial['baud']}", None)
            known = termios.B38400 if speed is None else speed
            termios.tcsetattr(
                self.descriptor,
                termios.TCSANOW,
                [input_flags, 0, control, 0, known, known, characters],
            )
        except termios.error as error:
            raise OSError(*error.args) from error
        if speed is None:
            # struct termios2: four words of flags, 20 octets, two words of speed.
            words = array.array("I", [0] * 64)
            fcntl.ioctl(self.descriptor, TCGETS2, words)
            words[2] = words[2] & ~CBAUD | BOTHER
            words[9] = words[10] = serial["baud"]
            fcntl.ioctl(self.descriptor, TCSETS2, words)

    def send(self, frame: bytes) -> None:
        """Send all of *frame*."""
        while frame:
            if not select.select([], [self.descriptor], [], SEND_PATIENCE)[1]:
                raise TimeoutError("the port takes no more bytes")
            frame = frame[os.write(self.descriptor, frame) :]

    def receive(self, timeout: float) -> bytes:
        """Return what came within *timeout* seconds, nothing if nothing came."""
        if not select.select([self.descriptor], [], [], timeout)[0]:
            return b""
        chunk = os.read(self.descriptor, 4096)
        if not chunk:
            raise ConnectionResetError("the port is gone")
        return chunk

    def close(self) -> None:
        """Give the port up."""
        os.close(self.descriptor)


class SafeOff(threading.Thread):
    """Carries out one recipe, each step even if one before it fails; the report tells what was done when.

    It is made when its source is armed, and started when the engine has ended.
    """

    def __init__(self, name: str, recipe: Recipe, log: str) -> None:
        super().__init__(name=f"safe-off {name}")
        self.source = name
        self.recipe = recipe
        self.log = log
        self.terminator = recipe["terminator"].encode("ascii")
        self.reply_terminator = recipe["reply_terminator"].encode("ascii") or self.terminator
        self.began = time.monotonic()
        self.wire: Wire | None = None
        self.received = b""
        self.steps: list[dict[str, Any]] = []
        self.report: dict[str, Any] = {
            "time": time.time(),
            "instrument": name,
            "address": self.address(),
            "steps": self.steps,
            "complete": False,
        }

    def address(self) -> str:
        """Return where the instrument is, as a technician reads it."""
        serial = self.recipe["serial"]
        return str(serial["device"]) if serial else f"{self.recipe['host']} port {self.recipe['port']}"

    def prepare(self, requests: Requests) -> None:
        """Make ready what can be, and say so in *requests*: of a socket and a serial port nothing."""
        requests.put(Prepared(self))

    def start(self) -> None:
        """Begin: the engine has ended."""
        self.began = time.monotonic()
        self.report["time"] = time.time()
        super().start()

    def run(self) -> None:
        """Zero at once, wait for the measured discharge, open."""
        self.interrupt()
        sent = [self.send(line) for line in self.recipe["immediate"]]
        try:
            discharged = self.await_discharge()
        except (OSError, ValueError, re.error) as error:
            self.note("", str(error), failed=True)
            self.disconnect()
            discharged = False
        opened = [self.send(line) for line in self.recipe["final"]]
        self.report["complete"] = all(sent) and discharged and all(opened)
        self.disconnect()
        with open(self.log, "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would cost start-up time
            file.write(json.dumps(self.report) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def interrupt(self) -> None:
        """Make an instrument listen that is busy with something else, where the wire can do that."""

    def send(self, line: str) -> bool:
        """Send *line*; a connection that broke is opened anew once."""
        failure = ""
        for _ in range(2):
            try:
                self.connect().send(line.encode("ascii") + self.terminator)
                answered = line.endswith("?") or line in self.recipe["answered"]
                answer = next(iter(self.answers(1)), "") if answered else ""
            except OSError as error:
                failure = str(error)
                self.disconnect()
            else:
                self.note(line, answer)
                return True
        self.note(line, failure, failed=True)
        return False

    def open(self) -> Wire:
        """Return a new wire to the instrument."""
        return SerialWire(self.recipe) if self.recipe["serial"] else TcpWire(self.recipe)

    def connect(self) -> Wire:
        """Return the wire, opened if need be; after the patience is spent, a single try."""
        deadline = self.began + CONNECT_PATIENCE
        while self.wire is None:
            try:
                self.wire = self.open()
            except OSError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(RETRY_INTERVAL)
        return self.wire

    def disconnect(self) -> None:
        """Drop a broken wire."""
        if self.wire is not None:
            self.wire.close()
        self.wire = None
        self.received = b""

    def answers(self, count: int, barrier: str = "") -> list[str]:
        """Return up to *count* lines, as many as come in time; the answer to *barrier* shortens the time."""
        lines: list[str] = []
        deadline = time.monotonic() + REPLY_PATIENCE
        while len(lines) < count:
            line, end, rest = self.received.partition(self.reply_terminator)
            if end:
                self.received = rest
                lines.append(line.decode("latin-1"))
                if barrier and re.fullmatch(barrier, lines[-1]):
                    deadline = time.monotonic() + BARRIER_PATIENCE
                continue
            left = deadline - time.monotonic()
            if left <= 0 or self.wire is None:
                break
            self.received += self.wire.receive(left)
        return lines

    def await_discharge(self) -> bool:
        """Measure until every channel that answers is discharged; channels that are off do not answer.

        All channels are asked at once, and the barrier after them: when it is answered, what can be measured
        has been measured.
        """
        waiting = [(step["query"], re.compile(step["pattern"])) for step in self.recipe["discharge"]]
        barrier = self.recipe["barrier"]
        deadline = time.monotonic() + self.recipe["seconds"]
        while waiting:
            queries = [query for query, _ in waiting] + ([barrier["query"]] if barrier else [])
            for query in queries:
                self.connect().send(query.encode("ascii") + self.terminator)
            answers = self.answers(len(queries), barrier["pattern"] if barrier else "")
            self.note("; ".join(queries), "; ".join(answers))
            if not answers:
                return False
            measured = {
                query: abs(float(match["value"]))
                for query, pattern in waiting
                for match in map(pattern.fullmatch, answers)
                if match
            }
            limit = self.recipe["limit"]
            waiting = [(query, pattern) for query, pattern in waiting if measured.get(query, 0.0) >= limit]
            if waiting and time.monotonic() >= deadline:
                return False
            if waiting:
                time.sleep(POLL_INTERVAL)
        return True

    def note(self, sent: str, answer: str = "", *, failed: bool = False) -> None:
        """Put a step into the report; *after* is in seconds since the engine's end was noticed."""
        after = round(time.monotonic() - self.began, 4)
        self.steps.append({"after": after, "sent": sent, "answer": answer, "failed": failed})


class Prepared:
    """Word that a safe-off is ready to be started; *failure* says why it is not, empty if it is."""

    def __init__(self, safe_off: SafeOff, failure: str = "") -> None:
        self.safe_off = safe_off
        self.failure = failure


def listen(requests: Requests) -> None:
    """Pass on what the engine says line by line, and that it says no more."""
    received = b""
    # Not through sys.stdin: a thread that waits in its buffer would hold up the end of this process.
    while chunk := os.read(0, 65536):
        *lines, received = (received + chunk).split(b"\n")
        for line in lines:
            requests.put(line)
    requests.put(ENGINE_ENDED)


def watch(engine: int, requests: Requests) -> None:
    """Pass on that the engine's process ended: a child that it forked may hold its end of the pipe open."""
    if sys.platform == "linux":
        try:
            process = os.pidfd_open(engine)
        except ProcessLookupError:
            requests.put(ENGINE_ENDED)
        except OSError:
            return  # an old kernel: the pipe alone must do
        else:
            poll = select.poll()
            poll.register(process, select.POLLIN)
            poll.poll()
            requests.put(ENGINE_ENDED)


class Armed:
    """The sources that are armed, by name, and those that are about to be."""

    def __init__(self, kind: type[SafeOff], log: str, requests: Requests) -> None:
        self.kind = kind
        self.log = log
        self.requests = requests
        self.ready: dict[str, SafeOff] = {}
        self.preparing: dict[str, SafeOff] = {}

    def arm(self, name: str, recipe: Recipe) -> None:
        """Prepare the safe-off of the source *name*; what is armed with this recipe already is so still."""
        known = self.ready.get(name)
        if known is not None and known.recipe == recipe:
            acknowledge(f"arm {name}")
            return
        safe_off = self.preparing[name] = self.kind(name, recipe, self.log)
        safe_off.prepare(self.requests)

    def take(self, prepared: Prepared) -> None:
        """Count a source as armed from now on, if its safe-off is ready and still wanted."""
        safe_off = prepared.safe_off
        name = safe_off.source
        if self.preparing.get(name) is not safe_off:
            safe_off.disconnect()
            return
        del self.preparing[name]
        if not prepared.failure:
            self.release(name)
            self.ready[name] = safe_off
        acknowledge(f"arm {name}", prepared.failure)

    def disarm(self, name: str) -> None:
        """Forget the source *name*."""
        self.preparing.pop(name, None)
        self.release(name)
        acknowledge(f"disarm {name}")

    def release(self, name: str) -> None:
        """Give up what was prepared for the source *name*."""
        safe_off = self.ready.pop(name, None)
        if safe_off is not None:
            safe_off.disconnect()


def main(log: str, engine: int, kind: type[SafeOff] = SafeOff) -> None:
    """Keep the list of armed sources until the engine ends, then switch them off, all at once."""
    for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    requests: Requests = queue.SimpleQueue()
    threading.Thread(target=listen, args=(requests,), daemon=True).start()
    threading.Thread(target=watch, args=(engine, requests), daemon=True).start()
    armed = Armed(kind, log, requests)
    acknowledge("ready")
    while (message := requests.get()) is not ENGINE_ENDED:
        if isinstance(message, Prepared):
            armed.take(message)
            continue
        request = json.loads(message)
        if request["do"] == "arm":
            armed.arm(request["name"], request["recipe"])
        else:
            armed.disarm(request["name"])
    for safe_off in armed.ready.values():
        safe_off.start()


def acknowledge(word: str, failure: str = "") -> None:
    """Tell the engine that its request is carried out, or why not; it may be gone already."""
    try:
        sys.stdout.write(f"{word}\t{failure}\n" if failure else f"{word}\n")
        sys.stdout.flush()
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
