"""A network of its own, which nothing leaves: a program in it, and who was asked there by broadcast.

Run as ``unshare --net --map-root-user python own_network.py COMMAND…``: prints JSON with what the command wrote and
how many questions for an instrument came over the network. A portmapper answers them, as an instrument does that
speaks VXI-11.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading

PORTMAPPER = 111
SIOCADDRT, SIOCGIFFLAGS, SIOCSIFFLAGS = 0x890B, 0x8913, 0x8914
IFF_UP = RTF_UP = 1
ROUTE = "L16s16s16sHhLPhxxxxxxP64x"
"""``struct rtentry`` of Linux: destination, gateway and mask, flags, and the name of the interface; then room."""
ACCEPTED = struct.pack(">5L", 1, 0, 0, 0, 0)
"""RFC 5531, 9: a reply, accepted, no verifier, success."""
CORE_PORT = 1024


def raise_loopback() -> None:
    """Switch the only interface on, and let every address lead to it: a broadcast must find its way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        name = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, name))[1]
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
        anywhere = struct.pack("H14x", socket.AF_INET)
        loopback = ctypes.create_string_buffer(b"lo")
        where = (0, anywhere, anywhere, anywhere, RTF_UP, 0, 0, 0, 0, ctypes.addressof(loopback))
        fcntl.ioctl(handle, SIOCADDRT, struct.pack(ROUTE, *where))


def answer(portmapper: socket.socket, questions: list[bytes]) -> None:
    """Answer each question for the port of the VXI-11 core channel."""
    while True:
        question, asker = portmapper.recvfrom(4096)
        if question == b"enough":
            return
        questions.append(question)
        portmapper.sendto(question[:4] + ACCEPTED + struct.pack(">L", CORE_PORT), asker)


def main() -> None:
    """Run the command, print what came of it."""
    raise_loopback()
    questions: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as portmapper:
        portmapper.bind(("", PORTMAPPER))
        thread = threading.Thread(target=answer, args=(portmapper, questions))
        thread.start()
        done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=False)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"enough", ("127.0.0.1", PORTMAPPER))
        thread.join()
    json.dump(
        {"status": done.returncode, "out": done.stdout, "err": done.stderr, "questions": len(questions)},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
