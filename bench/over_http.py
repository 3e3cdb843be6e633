"""
Rows over HTTP: `serve` as it starts, beside HealthChain in the same run, each loaded in turn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from bench import wrk
from bench.bodies import hook_call
from bench.load import Load, exchange, post, run
from bench.load import connect as connect_to
from bench.rows import Row, noise, row
from bench.servers import Server, healthchain, ours, resident

ROUNDS, SECONDS = 5, 3.0  # a cell, of each server
SMALL = 90  # Observations of a body of about 150 kB
CALLS = 10_000

Opened = Callable[[], contextlib.AbstractContextManager[Server]]


def _call(server: Server, observations: int, *, lean: bool) -> bytes:
    return post(server.path, server.port, hook_call(observations, datetime.now(UTC), lean=lean))


def _in_turn(connections: int, one: Server, other: Server) -> list[tuple[Load, Load]]:
    """Both servers under the same load, round by round, after a second to warm up."""
    requests = {each: _call(each, 500, lean=True) for each in (one, other)}
    _same_findings(requests)
    for server, request in requests.items():
        run(server.port, request, connections=connections, seconds=1.0)
    load = wrk.run if wrk.is_there() else run
    return [(load(one.port, requests[one], connections=connections, seconds=SECONDS),
             load(other.port, requests[other], connections=connections, seconds=SECONDS)) for _ in range(ROUNDS)]


def _same_findings(requests: dict[Server, bytes]) -> None:
    """Both answer, with JSON that holds cards."""
    for server, request in requests.items():
        with connect_to(server.port) as connection:
            assert b'"cards"' in exchange(connection, request), server


def beside_peer() -> Iterator[Row]:
    """One connection, then eight, 500 Observations in a body of about 416 kB."""
    with ours() as mine, healthchain() as peer:
        alone = _in_turn(1, mine, peer)
        yield row("http-p50", "HTTP, 1 connection, 416 kB: our p50 / HealthChain's", 0.5, [a.p50 / b.p50 for a, b in alone],
                  f"{alone[-1][0]} | {alone[-1][1]}")
        yield row("http-p99", "HTTP, 1 connection, 416 kB: our p99 / HealthChain's", 0.25, [a.p99 / b.p99 for a, b in alone],
                  f"worst of ours {1000 * max(a.p99 for a, _ in alone):.1f} ms")
        many = _in_turn(8, mine, peer)
        yield row("http-8", "HTTP, 8 connections, 416 kB: our requests a second / HealthChain's", 4,
                  [a.per_second / b.per_second for a, b in many], f"{many[-1][0]} | {many[-1][1]}", at_least=True)
    with ours() as mine, healthchain(workers=2) as peer:
        many = _in_turn(8, mine, peer)
        yield row("http-8-two", "the same against HealthChain with two processes (no goal: it starts with one)", 1,
                  [a.per_second / b.per_second for a, b in many], f"{many[-1][0]} | {many[-1][1]}", at_least=True)


def tail() -> Iterator[Row]:
    """How far the slowest call in a hundred lies from the middle, as `serve` starts."""
    with ours() as mine:
        request = _call(mine, SMALL, lean=False)
        run(mine.port, request, seconds=1.0)
        loads = [run(mine.port, request, seconds=SECONDS) for _ in range(ROUNDS)]
        yield row("tail", "HTTP, 1 connection, 150 kB: p99 / p50", 5, [one.p99 / one.p50 for one in loads], str(loads[-1]))


def cold_start() -> Iterator[Row]:
    """From the command to the first discovery answer, ours and the peer's in turn."""
    def seconds(opened: Opened) -> float:
        with opened() as server:
            return server.seconds_to_start
    seconds(ours), seconds(healthchain)
    taken = [(seconds(ours), seconds(healthchain)) for _ in range(ROUNDS + 2)]
    yield row("cold-start", "spawn to first discovery: ours / HealthChain's", 1, [a / b for a, b in taken],
              f"{min(a for a, _ in taken):.2f} s | {min(b for _, b in taken):.2f} s at best")


def worker_memory() -> Iterator[Row]:
    """What one worker holds after 5,000 and after 10,000 calls of 150 kB."""
    with ours(workers=1) as mine:
        request = _call(mine, SMALL, lean=False)
        held = []
        for _ in range(2):
            run(mine.port, request, calls=CALLS // 2)
            held.append(max(resident(one) for one in mine.processes[1:] or mine.processes))
        yield Row("worker-memory", "resident memory of one worker, 10,000 calls over 5,000, of 150 kB", 1.02, held[1] / held[0],
                  noise([1.0]), f"{held[0] / 1e6:.1f} -> {held[1] / 1e6:.1f} MB")
