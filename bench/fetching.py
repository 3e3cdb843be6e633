"""
The row of what prefetch left out: all keys fetched at once, against the slowest of the same queries asked one at a time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from app.fhir_client import FhirClient
from app.fhir_fetch import NotFetched
from app.settings import load_settings
from bench.rows import Row, milliseconds, row
from bench.servers import ROOT, free_port
from cds_services import concepts as c
from cds_services.hooks import HookRequest
from cds_services.prefetch import Wanted, queries, types_of
from cds_services.record import FOUND
from cds_services.services import SERVICES

ROUNDS = 15


def parallel_fetch() -> Iterator[Row]:
    """Every key of the prefetch but the patient, which the stub cannot play."""
    port = free_port()
    stub = subprocess.Popen([sys.executable, "-m", "bench.slow_fhir", str(port)], cwd=ROOT)
    try:
        yield _measured(f"http://127.0.0.1:{port}")
    finally:
        stub.kill()
        stub.wait()


def _measured(base: str) -> Row:
    client = FhirClient(load_settings())
    asked = HookRequest(hook="patient-view", hook_instance="bench", user_id="Practitioner/1", patient_id="1", fhir_server=base)
    keys = [key for key in SERVICES[0].keys if key != c.PATIENT]
    wanted = {key: Wanted(queries(key, "1"), types_of(key)) for key in keys}
    _wait(client, asked, f"{base}/metadata")
    taken = [(_together(client, asked, wanted), _slowest(client, asked, base, wanted)) for _ in range(ROUNDS + 1)][1:]
    return row("parallel-fetch", f"{len(keys)} missing prefetch keys at once / the slowest one alone", 1.3, [a / b for a, b in taken],
               f"{milliseconds([a for a, _ in taken])} | {milliseconds([b for _, b in taken])}")


def _wait(client: FhirClient, asked: HookRequest, address: str) -> None:
    access = client.access_for(asked)
    assert access is not None
    for _ in range(500):
        try:
            access.get(address, time.monotonic() + 1)
            return
        except NotFetched:
            time.sleep(0.02)
    raise RuntimeError("the stub does not answer")


def _together(client: FhirClient, asked: HookRequest, wanted: dict[str, Wanted]) -> float:
    access = client.access_for(asked)
    assert access is not None
    started = time.perf_counter()
    found = access.search(wanted)
    taken = time.perf_counter() - started
    assert all(one.source.state == FOUND for one in found.values()), found
    return taken


def _slowest(client: FhirClient, asked: HookRequest, base: str, wanted: dict[str, Wanted]) -> float:
    taken = []
    for one in wanted.values():
        access = client.access_for(asked)
        assert access is not None
        started = time.perf_counter()
        access.get(f"{base}/{one.queries[0]}", time.monotonic() + 5)
        taken.append(time.perf_counter() - started)
    return max(taken)
