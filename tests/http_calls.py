"""A running server and the calls that the HTTP tests make to it; the black box is `alemtuzumab-cds serve` itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

Json = dict[str, Any]
PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "alemtuzumab-patient-view", "alemtuzumab-order-select", "alemtuzumab-order-sign"
SERVICES = (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN)
LISTED = "https://ehr.example"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1985-05-05", "gender": "female"}
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}


class Server:
    """A server under test: its address, its process, what it wrote to stderr, and its data folder."""

    def __init__(self, base: str, process: subprocess.Popen[bytes], errors: Path, data: Path) -> None:
        self.base, self.process, self.errors, self.data = base, process, errors, data

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET without following redirects."""
        return requests.get(self.base + path, timeout=30, allow_redirects=False, **options)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any method, without following redirects."""
        return requests.request(method, self.base + path, timeout=60, allow_redirects=False, **options)

    def post(self, service: str, body: Any, content_type: str | None = "application/json", **headers: str) -> requests.Response:
        """A service call; bytes go as they are, all else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": content_type, **headers} if content_type else headers
        return self.send("POST", f"/cds-services/{service}", data=data, headers=sent)

    def log(self) -> str:
        """What the server has written to stderr so far."""
        return self.errors.read_text()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def command(*arguments: str) -> list[str]:
    """How the program is called."""
    return [sys.executable, "-m", "app.cli", *arguments]


def environment(**settings: str) -> dict[str, str]:
    """This environment without CDS_ settings, and with these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CDS_")} | settings


@contextmanager
def serving(*arguments: str, program: Sequence[str] = (), **settings: str) -> Iterator[Server]:
    """`serve`, or another program that takes its options, on a free port until the block ends; its data are gone afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        errors, data = Path(folder) / "stderr", Path(folder) / "data"
        with errors.open("wb") as sink:
            process = subprocess.Popen(
                [*(program or command("serve")), "--port", str(port), "--workers", "2", *arguments],
                env=environment(**{"CDS_DATA_DIR": str(data)} | settings), stderr=sink, start_new_session=True)
        server = Server(f"http://127.0.0.1:{port}", process, errors, data)
        try:
            _wait(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)


def _wait(server: Server) -> None:
    for _ in range(300):
        assert server.process.poll() is None, f"the server ended: {server.log()}"
        try:
            server.get("/health")
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer: {server.log()}")


def context(hook: str, **changes: Any) -> Json:
    """A context that the hook accepts, with changes on top; a change to `...` leaves the field out."""
    made: Json = {"userId": "Practitioner/dr", "patientId": "p1", "encounterId": "e1"}
    if hook != "patient-view":
        made["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "MedicationRequest", "id": "order-1", "status": "draft", "intent": "order",
                          "subject": {"reference": "Patient/p1"},
                          "medicationCodeableConcept": {"text": "ibuprofen 400 mg oral tablet"}}}]}
    if hook == "order-select":
        made["selections"] = ["MedicationRequest/order-1"]
    return {name: value for name, value in (made | changes).items() if value is not ...}


def without(request: Json, *names: str) -> Json:
    """The request without these top-level fields."""
    return {name: value for name, value in request.items() if name not in names}


def nested(depth: int) -> Any:
    """Arrays in arrays, `depth` of them open at once."""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def problems(answer: requests.Response, status: int) -> list[Json]:
    """The issues of an error answer, after checking that it is the OperationOutcome that every error must be (E3)."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"]
    for issue in outcome["issue"]:
        assert issue["severity"] == "error"
        assert issue["code"]
        assert issue["diagnostics"]
    assert "Traceback" not in answer.text
    return outcome["issue"]  # type: ignore[no-any-return]


def places(answer: requests.Response, status: int = 400) -> list[str]:
    """Where the problems are that an error answer names."""
    return [place for issue in problems(answer, status) for place in issue.get("expression", [])]


def empties(value: Any, path: str = "") -> list[str]:
    """Where a JSON value holds null, empty text, an empty array or an empty object (J2)."""
    if value is None or value in ("", [], {}):
        return [] if path in (".cards", ".services") else [path]
    if isinstance(value, dict):
        return [place for name, each in value.items() for place in empties(each, f"{path}.{name}")]
    if isinstance(value, list):
        return [place for index, each in enumerate(value) for place in empties(each, f"{path}[{index}]")]
    return []
