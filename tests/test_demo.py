"""The demonstration: what it prints, how it ends, and what it says when it cannot go on."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from app import demo as demo_module
from app import demo_fhir_server
from app.demo import Ehr, demo
from app.demo_fhir_server import DemoFailed, FhirServer, ending_on_signals, fhir_server, free_port, running
from fhir_fixtures import load, resources, stories

pytest_plugins = ["tests.fhir_server"]

NOW = datetime(2026, 3, 31, 14, 5, 9, tzinfo=UTC)

STUB = '''
import sys
from flask import Flask, request

app = Flask(__name__)
HOOKS = ("patient-view", "order-select", "order-sign")
PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "gone": "Patient/nobody",
    "laboratory": "Observation?patient={{context.patientId}}&category=laboratory",
    "encounter": "Encounter/{{context.encounterId}}",
}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/cds-services")
def discovery():
    return {"services": [{"hook": hook, "id": "stub-" + hook, "description": "stub", "prefetch": PREFETCH} for hook in HOOKS]}


@app.post("/cds-services/<name>")
def call(name):
    body = request.get_json()
    if MODE == "broken":
        return {"resourceType": "OperationOutcome"}, 500
    found = body["prefetch"]
    if "encounter" in found or found["gone"] is not None or name != "stub-" + body["hook"]:
        return {"resourceType": "OperationOutcome"}, 400
    if found["patient"]["id"] == "story-never-treated":
        return {"cards": []}
    lines = "".join(f"\\n- line {n}" for n in range(30))
    detail = f"**{len(found['laboratory']['entry'])} results** from {body['fhirServer']}" + lines
    return {"cards": [
        {"summary": "Something is wrong", "indicator": "critical", "detail": detail, "source": {"label": "US PI section 5.6"},
         "suggestions": [{"label": "Order a blood count"}, {"label": "Refer"}]},
        {"summary": "Know this", "indicator": "info", "source": {"label": "US PI"}},
    ]}


MODE = sys.argv[1]
if MODE == "fails":
    sys.exit("the setting CDS_X is wrong")
app.run(host=sys.argv[sys.argv.index("--host") + 1], port=int(sys.argv[sys.argv.index("--port") + 1]))
'''


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CDS service of a few lines, to be called as ``python stub.py MODE serve --host H --port N``."""
    path = tmp_path_factory.mktemp("stub") / "stub.py"
    path.write_text(STUB, encoding="utf-8")
    return path


@pytest.fixture
def play(stub: Path, strict_fhir_server: FhirServer, monkeypatch: pytest.MonkeyPatch):
    """Runs the command against the stub and a FHIR server that is already there."""

    @contextmanager
    def already_there(bundles: object) -> Iterator[FhirServer]:
        yield strict_fhir_server

    def run(*arguments: str, mode: str = "works"):
        monkeypatch.setattr(demo_module, "service_command", lambda: [sys.executable, str(stub), mode])
        return CliRunner().invoke(demo, arguments)

    monkeypatch.setattr(demo_module, "fhir_server", already_there)
    return run


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# ---- what is printed ------------------------------------------------------------------------

def test_every_story_is_told_with_its_cards(play, strict_fhir_server: FhirServer):
    told = play("--once")
    assert told.exit_code == 0, told.output
    for story in stories():
        assert (story.title in told.output) == (story.name in demo_module.PLAYED)
    for hook, moment in demo_module.MOMENTS.items():
        assert f"Hook {hook}: {moment}." in told.output
    for words in ("CRITICAL", "INFO", "Something is wrong", "[ Order a blood count ]", "Source: US PI section 5.6", "(shortened)",
                  "No card:", strict_fhir_server.base_url, "Thrombocytopenia Synthetic, female, born"):
        assert words in told.output
    assert "\x1b" not in told.output, "no colours where there is no terminal"


def test_prefetch_follows_every_page(play):
    laboratory = [each for each in resources(load("thrombocytopenia", NOW)) if each["resourceType"] == "Observation"]
    assert len(laboratory) > 100, "several pages"
    assert f"{len(laboratory)} results from http" in play("--once").output


def test_the_curl_line_and_the_addresses_stand_at_the_end(play):
    output = play("--once", "--port", str(free_port())).output
    [line] = [line for line in output.splitlines() if "| curl" in line]
    assert "fixture show thrombocytopenia --hook patient-view | curl" in line
    assert re.search(r" http://127\.0\.0\.1:\d+/cds-services/stub-patient-view$", line)
    for what in ("Service page", "Discovery", "Health", "FHIR server"):
        assert re.search(rf"^{what} +http://127", output, re.MULTILINE)


def test_every_story_that_is_told_exists_and_every_hook_is_played():
    named = {story.name: story.hook for story in stories()}
    assert {named[name] for name in demo_module.PLAYED} == set(demo_module.MOMENTS)


# ---- how it ends ----------------------------------------------------------------------------

STARTED = """
import sys
import app.demo as it
it.service_command = lambda: [sys.executable, {stub!r}, "works"]
it.PLAYED = ("never-treated",)
it.stories = lambda: [each for each in stories() if each.name == "never-treated"]
it.demo()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_both_servers_quickly_and_quietly(stub: Path, sent: signal.Signals):
    code = "from fhir_fixtures import stories\n" + STARTED.format(stub=str(stub))
    command = [sys.executable, "-c", code, "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "PYTHONUNBUFFERED": "1"}) as running_demo:
        assert running_demo.stdout
        told = ""
        for line in running_demo.stdout:
            told += line
            if "until you press Ctrl-C" in line:
                break
        ports = {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", told)}
        assert len(ports) == 2, told
        assert all(map(is_open, ports))
        began = time.monotonic()
        running_demo.send_signal(sent)
        rest = running_demo.communicate(timeout=10)[0]
    assert (running_demo.returncode, "Traceback" in rest) == (0, False), rest
    assert time.monotonic() - began < 5
    assert not any(map(is_open, ports))


def test_ctrl_c_works_where_a_shell_had_it_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), ending_on_signals():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_service_is_gone_after_once(play):
    output = play("--once").output
    [port] = re.findall(r"Health +http://127\.0\.0\.1:(\d+)", output)
    assert not is_open(int(port))


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo_fhir_server, "END_SECONDS", 0.3)
    port = free_port()
    code = (f"import http.server as h, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            f"h.HTTPServer(('127.0.0.1', {port}), h.SimpleHTTPRequestHandler).serve_forever()")
    with running([sys.executable, "-c", code], f"http://127.0.0.1:{port}/", "it", cwd=str(tmp_path)) as child:
        assert is_open(port)
    assert child.returncode == -signal.SIGKILL


# ---- when it cannot go on -------------------------------------------------------------------

def one_sentence(told, *words: str) -> None:
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert isinstance(told.exception, SystemExit)
    assert told.output.splitlines()[-1].startswith("Error: ")
    for word in words:
        assert word in told.output.splitlines()[-1]


def test_a_service_that_does_not_start_is_told_with_its_last_words(play):
    one_sentence(play("--once", mode="fails"), "the service ended at once", "the setting CDS_X is wrong")


def test_a_hook_call_that_fails_is_told(play):
    one_sentence(play("--once", mode="broken"), "answered 500", "/cds-services/stub-patient-view")


def test_a_port_that_is_taken_is_told(play):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        one_sentence(play("--once", "--port", str(port)), f"port {port} is taken")


def test_a_missing_fhir_server_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    one_sentence(CliRunner().invoke(demo, ["--once"]), "sekmet", "pip install 'alemtuzumab-cds[demo]'")


def test_a_service_that_goes_away_is_told(stub: Path):
    with pytest.raises(DemoFailed, match="does not answer"):
        Ehr(f"http://127.0.0.1:{free_port()}", "http://127.0.0.1:1/fhir")


def test_a_strict_server_refuses_what_is_not_r4_and_a_warning_one_takes_it(
        strict_fhir_server: FhirServer, warn_fhir_server: FhirServer):
    patient = {"resourceType": "Patient", "id": "wrong", "gender": "female", "birthDate": "31.03.2026"}
    wrong = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": patient, "request": {"method": "PUT", "url": "Patient/wrong"}}]}
    with pytest.raises(DemoFailed, match="refused a patient"):
        strict_fhir_server.load([wrong])
    warn_fhir_server.load([wrong])


def test_a_server_can_answer_with_absolute_references():
    with fhir_server([load("never-treated", NOW).bundle], absolute_references=True) as server:
        found = requests.get(f"{server.base_url}/Condition?patient=story-never-treated", timeout=10).json()
    assert found["entry"][0]["resource"]["subject"]["reference"] == f"{server.base_url}/Patient/story-never-treated"
