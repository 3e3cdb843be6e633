"""
Rows without a network: bytes to bytes in one process, against F, the time of `orjson.loads` of the same body.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import orjson

from bench.bodies import hook_call
from bench.rows import Row, interleaved, milliseconds, noise, row
from cds_services.hooks import CdsResponse, parse_request, to_json
from cds_services.policy import Site
from cds_services.services import SERVICES, answer

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOALS = {50: 2.5, 500: 1.0, 5000: 0.5}  # F, by the number of Observations
ROUNDS = {50: 300, 500: 60, 5000: 15}


def patient_view(body: bytes, now: datetime = NOW) -> bytes:
    """The whole way of a patient-view call: read, judge by the full catalogue, write the cards."""
    asked = parse_request(body, "patient-view")
    reply = answer(SERVICES[0], asked, Site(), now)
    return to_json(CdsResponse(cards=reply.cards))


def _against_f(body: bytes, rounds: int) -> tuple[list[float], str]:
    patient_view(body)
    taken = interleaved(rounds, lambda: orjson.loads(body), lambda: patient_view(body), clock=time.perf_counter)
    floor, ours = zip(*taken, strict=True)
    return [mine / f for f, mine in taken], f"{milliseconds(ours)}, F {milliseconds(floor)}, body {len(body) // 1000} kB"


def treated() -> Iterator[Row]:
    """A treated person's record of three sizes."""
    for size, goal in GOALS.items():
        ratios, detail = _against_f(hook_call(size, NOW), ROUNDS[size])
        yield row(f"treated-{size}", f"patient-view, treated, {size} Observations, in F", goal, ratios, detail)


def never_treated() -> Iterator[Row]:
    """Nearly every call: a person who never had the drug."""
    ratios, detail = _against_f(hook_call(500, NOW, treated=False, medications=40), ROUNDS[500])
    yield row("never-treated", "patient-view, never treated, 500 Observations and 40 other drugs, in F", 0.5, ratios, detail)


def growth() -> Iterator[Row]:
    """How our own time grows with the record."""
    small, large = hook_call(500, NOW), hook_call(5000, NOW)
    works: tuple[Callable[[], object], ...] = (lambda: patient_view(small), lambda: patient_view(large))
    for work in works:
        work()
    taken = interleaved(ROUNDS[5000], *works, clock=time.perf_counter)
    less, more = zip(*taken, strict=True)
    yield row("growth", "own time, 5,000 over 500 Observations", 12, [b / a for a, b in taken],
              f"{milliseconds(less)} -> {milliseconds(more)}")


def memory() -> Iterator[Row]:
    """The most that is allocated at once while answering, the body itself apart."""
    peaks = []
    body = hook_call(5000, NOW)
    patient_view(body)
    for _ in range(3):
        tracemalloc.start()
        patient_view(body)
        peaks.append(tracemalloc.get_traced_memory()[1] / len(body))
        tracemalloc.stop()
    yield Row("memory", "peak extra memory while answering, in bodies", 1.5, max(peaks), noise(peaks),
              f"{max(peaks) * len(body) / 1e6:.1f} MB for a body of {len(body) / 1e6:.1f} MB")
