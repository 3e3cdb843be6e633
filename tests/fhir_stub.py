"""A FHIR server of ours on loopback, for what no real one does on purpose: refuse, stall, drip, lie about its next page."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from fhir_fixtures.search import answer

Json = dict[str, Any]
NOW = datetime.now(UTC)


@dataclass
class Reply:
    """One answer: JSON or bytes, a status, headers; `wait` seconds before it, `drip` seconds between its bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    drip: float = 0.0

    @property
    def sent(self) -> bytes:
        """The body as it goes out."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """A request that arrived: path and query below the server's root, and its headers in lower case."""

    path: str
    headers: dict[str, str]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # as many connections at once as a call may open
    daemon_threads = True

    def handle_error(self, *told: Any) -> None:
        """A client that hangs up is what these tests are about: no word of it."""


class Stub:
    """A FHIR server that holds `resources`, and answers some addresses as it was told to."""

    def __init__(self, resources: list[Json]) -> None:
        self.resources, self.seen, self._told = resources, [], []
        self.seen: list[Seen]
        self._told: list[tuple[str, list[Reply]]]
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.base = f"{self.root}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def tell(self, start: str, *replies: Any) -> Stub:
        """Answer addresses that begin so (below the base) with these, one after the other, the last for ever."""
        self._told.insert(0, (start, [one if isinstance(one, Reply) else Reply(one) for one in replies]))
        return self

    def asked(self, start: str = "") -> list[str]:
        """The addresses below the base that were asked for and begin so."""
        return [one.path.removeprefix("/fhir/") for one in self.seen if one.path.removeprefix("/fhir/").startswith(start)]

    def reply_to(self, seen: Seen) -> Reply:
        """What to answer."""
        below = seen.path.removeprefix("/fhir/")
        with self._lock:
            self.seen.append(seen)
            told = next((replies for start, replies in self._told if below.startswith(start)), None)
            if told:
                return told.pop(0) if len(told) > 1 else told[0]
        found = answer(unquote(below) if "?" not in below else below, self.resources) if below != "metadata" else None
        return Reply(found) if found is not None else Reply({"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": "not-found"}]}, 404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or every answer waits 40 ms for the client's acknowledgement

            def do_GET(self) -> None:
                """Answer one request."""
                reply = stub.reply_to(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}))
                time.sleep(reply.wait)
                body = reply.sent
                try:
                    self.send_response(reply.status)
                    for name, value in {"Content-Type": "application/fhir+json", "Content-Length": str(len(body)), **reply.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for part in [body] if not reply.drip else (body[n:n + 1] for n in range(len(body))):
                        self.wfile.write(part)
                        self.wfile.flush()
                        time.sleep(reply.drip)
                except OSError:
                    self.close_connection = True

            def log_message(self, *told: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def stub_holding(*resources: Json) -> Iterator[Stub]:
    """A stub until the block ends."""
    stub = Stub(list(resources))
    try:
        yield stub
    finally:
        stub.close()


# ---- a patient ------------------------------------------------------------------------------

PATIENT: Json = {"resourceType": "Patient", "id": "p1", "birthDate": "1985-05-05", "gender": "female"}
SUBJECT = {"subject": {"reference": "Patient/p1"}}
LEMTRADA = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1594660"}],
            "text": "alemtuzumab 10 MG/ML [Lemtrada]"}


def ago(days: int) -> str:
    """The date so many days ago."""
    return (NOW - timedelta(days=days)).date().isoformat()


def dose(number: int, days: int, **changes: Any) -> Json:
    """An infusion of 12 mg so many days ago."""
    return {"resourceType": "MedicationAdministration", "id": f"dose-{number}", "status": "completed", **SUBJECT,
            "medicationCodeableConcept": LEMTRADA, "effectiveDateTime": ago(days),
            "dosage": {"dose": {"value": 12, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}} | changes


def platelets(value: float, days: int, number: int = 1, **changes: Any) -> Json:
    """A platelet count so many days ago."""
    return {"resourceType": "Observation", "id": f"platelets-{number}", "status": "final", **SUBJECT, "effectiveDateTime": ago(days),
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
            "valueQuantity": {"value": value, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}} | changes


def treated(*more: Json) -> list[Json]:
    """A patient with one course a year ago and low platelets three days ago."""
    return [PATIENT, *(dose(n, 360 - n) for n in range(5)), platelets(41, 3), *more]


def bundle(*resources: Json, **more: Any) -> Json:
    """A searchset."""
    return {"resourceType": "Bundle", "type": "searchset", "total": len(resources),
            "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources], **more}


def next_page(url: str) -> Json:
    """The link of a Bundle to its next page."""
    return {"link": [{"relation": "next", "url": url}]}


OUTCOME: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception", "diagnostics": "HTTP 500"}]}
EPIC_EMPTY: Json = {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": [{"search": {"mode": "outcome"}, "resource": {
    "resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}}]}
