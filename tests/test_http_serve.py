"""`alemtuzumab-cds serve`: how it starts, what it says, how it ends, and what it refuses."""

import os
import signal
import socket
import subprocess
import time

import pytest
import requests

from app.serve import SECONDS_TO_END
from app.settings import SettingsError, load_settings
from tests.http_calls import PATIENT_VIEW, Server, command, environment, free_port, serving

pytest_plugins = ["tests.http_fixtures"]


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`serve`, expected to end by itself."""
    return subprocess.run(command("serve", *arguments), env=environment(**settings), capture_output=True, text=True, timeout=30)


def test_it_says_where_and_how_it_serves() -> None:
    """The first lines name the address, the jurisdiction, the time zone, the catalogue, and development mode."""
    with serving(CDS_JURISDICTION="eu", CDS_TIME_ZONE="Europe/Berlin", CDS_RULES_OFF="platelets-low") as server:
        said = server.log()
    expected = (f"{server.base}/cds-services", "Jurisdiction EU", "Europe/Berlin", "rule catalogue ", "Development mode", "platelets-low")
    assert [words for words in expected if words not in said] == []
    assert "WARNING" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("to_all", [True, False], ids=["to the group, as Ctrl-C", "to the main process"])
def test_a_signal_ends_it_at_once_with_status_0(number: signal.Signals, to_all: bool) -> None:
    """
    SIGTERM and SIGINT end the service and all its workers, also one that is still starting, before granian would kill them.

    That takes a quarter of the time of the start; a busy machine stretches both.
    """
    begun = time.monotonic()
    with serving("--workers", "2") as server:
        started, process = time.monotonic(), server.process
        (os.killpg if to_all else os.kill)(process.pid, number)
        assert process.wait(30) == 0
        assert time.monotonic() - started < max(SECONDS_TO_END, (started - begun) / 2)
        assert_group_is_gone(process.pid)
        assert "Traceback" not in server.log()


def test_a_client_that_never_finishes_does_not_hold_it_up(server: Server) -> None:
    """An idle connection and half a request delay the end by two seconds at most."""
    with serving() as busy:
        port = int(busy.base.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as idle, socket.create_connection(("127.0.0.1", port)) as half:
            idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            half.sendall(f"POST /cds-services/{PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{".encode())
            assert idle.recv(15) == b"HTTP/1.1 200 OK"
            busy.process.terminate()
            assert busy.process.wait(8) == 0
            assert_group_is_gone(busy.process.pid)


def test_workers_end_with_their_parent() -> None:
    """A main process that is killed leaves no worker behind to hold the port."""
    with serving() as server:
        server.process.kill()
        server.process.wait(5)
        time.sleep(1.5)
        with pytest.raises(requests.ConnectionError):
            server.get("/health")


def assert_group_is_gone(group: int) -> None:
    """No process of this group is left."""
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_port_in_use_is_one_clear_line(server: Server) -> None:
    """A second server on the port ends with status 1 and says why."""
    port = server.base.rpartition(":")[2]
    ended = run("--port", port)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"alemtuzumab-cds: port {port} on 127.0.0.1 is in use: choose another with --port\n"


def test_it_does_not_listen_to_a_network_by_accident() -> None:
    """A host beyond loopback needs --insecure while clients are not authenticated."""
    ended = run("--host", "0.0.0.0", "--port", str(free_port()))
    assert ended.returncode == 1
    assert "--insecure" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments, settings", [
    (("--host", "0.0.0.0", "--insecure"), {}), ((), {"CDS_HOST": "0.0.0.0", "CDS_INSECURE": "1"})])
def test_insecure_is_said_loudly(arguments, settings) -> None:
    """With --insecure or CDS_INSECURE=1 it listens, and warns; pages of this machine are then not listed."""
    with serving(*arguments, **settings) as server:
        assert "WARNING: INSECURE" in server.log()
        assert "Development mode" not in server.log()
        assert "Access-Control-Allow-Origin" not in server.get("/cds-services", headers={"Origin": "http://localhost:8080"}).headers


def test_all_bad_settings_are_named_at_once() -> None:
    """Every setting that cannot be used is named in one go, by the name it was set with."""
    ended = run(CDS_PORT="x", CDS_JURISDICTION="FR", CDS_TIME_ZONE="Mars/Olympus", CDS_BASE_URL="nowhere", CDS_CORS_ORIGINS="https://a/b")
    assert ended.returncode == 1
    assert all(name in ended.stderr for name in ("CDS_PORT", "CDS_JURISDICTION", "CDS_TIME_ZONE", "CDS_BASE_URL", "CDS_CORS_ORIGINS"))
    assert "Traceback" not in ended.stderr


def test_a_setting_that_does_not_exist_is_pointed_out() -> None:
    """A misspelt variable does not pass in silence."""
    with serving(CDS_JURISDICTON="EU") as server:
        assert "CDS_JURISDICTON is set, but is no setting" in server.log()


# ---- settings -------------------------------------------------------------------------------

@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the surroundings is seen here."""
    for name in [name for name in os.environ if name.startswith("CDS_")]:
        monkeypatch.delenv(name)


def test_the_command_line_wins_over_the_environment_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """CDS_CONFIG names a TOML file, whose values hold where nothing else is said."""
    file = tmp_path / "site.toml"
    file.write_text('jurisdiction = "EU"\nport = 9001\nworkers = 1\nrules_off = ["anc-low", "ecg-baseline"]\n')
    monkeypatch.setenv("CDS_CONFIG", str(file))
    monkeypatch.setenv("CDS_PORT", "9002")
    monkeypatch.setenv("CDS_WORKERS", "3")
    settings = load_settings(workers=4, host=None)
    assert (settings.jurisdiction, settings.port, settings.workers) == ("EU", 9002, 4)
    assert settings.rules_off == ("anc-low", "ecg-baseline")


@pytest.mark.parametrize("text, words", [
    ("port = ", "is not TOML"), ("prot = 9000", "prot: there is no such setting"),
    ('port = "x"\nfoo = 1', "foo"), (None, "cannot be read")])
def test_a_bad_file_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path, text, words) -> None:
    """A file that is missing, broken, or holds an unknown name stops the start."""
    file = tmp_path / "site.toml"
    if text:
        file.write_text(text)
    monkeypatch.setenv("CDS_CONFIG", str(file))
    with pytest.raises(SettingsError, match=words):
        load_settings()


@pytest.mark.parametrize("host, dev", [
    ("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False),
    ("::", False), ("::ffff:127.0.0.1", False), ("2130706433", False), ("localhost.example", False)])
def test_development_mode_is_loopback_in_plain_spelling(host: str, dev: bool) -> None:
    """Only localhost, 127.0.0.0/8 in dotted decimal and ::1 are this machine (section 16)."""
    assert load_settings(host=host, insecure=True).dev_mode is dev


@pytest.mark.parametrize("given, expected", [
    ({}, "http://127.0.0.1:8000"), ({"host": "::1", "port": 80}, "http://[::1]:80"),
    ({"base_url": "https://cds.example/alemtuzumab/"}, "https://cds.example/alemtuzumab")])
def test_the_public_address(given, expected: str) -> None:
    """Links start with the configured base URL, without its last slash; else with host and port."""
    assert load_settings(**given).public_url == expected
