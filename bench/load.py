"""
A load generator that needs nothing but Python: HTTP/1.1 over kept-alive sockets, one thread a connection.

It does little between an answer and the next call, since it shares the two cores with the server.
"""

from __future__ import annotations

import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

AT_ONCE = 256 * 1024  # bytes read at once


class Load(NamedTuple):
    """What one run saw."""

    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        """The median latency, in seconds."""
        return statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        """The latency that one call in a hundred exceeds, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]

    def __str__(self) -> str:
        return f"{self.per_second:.0f}/s, p50 {1000 * self.p50:.2f}, p99 {1000 * self.p99:.2f} ms"


class NotAnswered(Exception):
    """An answer other than 200, or none."""


def post(path: str, port: int, body: bytes) -> bytes:
    """A whole HTTP request."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def connect(port: int) -> socket.socket:
    """A connection that sends at once."""
    found = socket.create_connection(("127.0.0.1", port), timeout=60)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send a request and read its answer's body; NotAnswered unless it is 200."""
    connection.sendall(request)
    received = connection.recv(AT_ONCE)
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b" 200" not in lines[0]:
        raise NotAnswered(lines[0].decode())
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
    if length is None:
        raise NotAnswered("an answer without Content-Length")
    while len(body) < length:
        body += _more(connection)
    return body


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(AT_ONCE)
    if not part:
        raise NotAnswered("the connection was closed")
    return part


def run(port: int, request: bytes, *, connections: int = 1, seconds: float = 0.0, calls: int = 0) -> Load:
    """Load a server for so many seconds, or with so many calls a connection."""
    started = time.perf_counter()
    if connections == 1:
        latencies = _calls(port, request, seconds, calls)
    else:
        with ThreadPoolExecutor(connections) as pool:
            runs = [pool.submit(_calls, port, request, seconds, calls) for _ in range(connections)]
        latencies = [one for each in runs for one in each.result()]
    return Load(time.perf_counter() - started, latencies)


def _calls(port: int, request: bytes, seconds: float, calls: int) -> list[float]:
    latencies: list[float] = []
    with connect(port) as connection:
        begun = time.perf_counter()
        end = begun + seconds if seconds else float("inf")
        while begun < end and (not calls or len(latencies) < calls):
            exchange(connection, request)
            done = time.perf_counter()
            latencies.append(done - begun)
            begun = done
    return latencies
