"""
Starts a FHIR server on this machine for the demonstration and the tests, and always ends it again.

The server is sekmet-fhir, an optional extra: ``pip install 'alemtuzumab-cds[demo]'``. Its data live in a temporary folder.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import requests

START_SECONDS = 30.0
END_SECONDS = 3.0


class DemoFailed(Exception):
    """Why the demonstration cannot go on, in one sentence."""


@dataclass(frozen=True)
class FhirServer:
    """A running FHIR server."""

    base_url: str

    def load(self, bundles: Iterable[dict[str, Any]]) -> None:
        """Post each transaction Bundle; DemoFailed with the server's words where it refuses one."""
        with requests.Session() as session:
            for bundle in bundles:
                told = session.post(self.base_url, json=bundle, timeout=60)  # a transaction: all of it or nothing
                if told.status_code != 200:
                    raise DemoFailed(f"the FHIR server refused a patient ({told.status_code}): {one_line(told.text)}")


@contextmanager
def fhir_server(bundles: Iterable[dict[str, Any]] = (), *, validation: str = "strict",
                absolute_references: bool = False) -> Iterator[FhirServer]:
    """A FHIR server with ``bundles`` loaded; ``validation`` is ``strict`` or ``warn``."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}/fhir"
    with tempfile.TemporaryDirectory(prefix="alemtuzumab-cds-fhir-") as folder:
        settings = Path(folder, "settings.yaml")
        settings.write_text(json.dumps({  # JSON is YAML
            "base_url": base_url, "host": "127.0.0.1", "port": port, "data_dir": str(Path(folder, "data")),
            "simulator": {"enabled": False}, "log_inbound": False, "validation": {"inbound": validation},
            "server_behaviour": {"absolute_references": absolute_references},
        }), encoding="utf-8")
        with running([sekmet(), "serve", "-c", str(settings)], f"{base_url}/metadata", "the FHIR server", cwd=folder):
            server = FhirServer(base_url)
            server.load(bundles)
            yield server


def sekmet() -> str:
    """The path of sekmet's command; DemoFailed where it is not installed."""
    beside = Path(sys.executable).with_name("sekmet")
    found = str(beside) if beside.exists() else shutil.which("sekmet")
    if found is None:
        raise DemoFailed("sekmet, the demonstration's FHIR server, is missing: run  pip install 'alemtuzumab-cds[demo]'")
    return found


def free_port(preferred: int = 0) -> int:
    """``preferred`` if nothing listens on it, else a port that the system chooses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], ready_url: str, what: str, cwd: str | None = None, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """``command`` as a child process that answers at ``ready_url``; ended with all its own children on the way out."""
    with tempfile.TemporaryFile() as log, ending_on_signals():
        # A session of its own: Ctrl-C reaches this process alone, which then ends its children in order.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cwd, start_new_session=True,
                                 env=os.environ | variables)
        try:
            _wait_until_ready(child, ready_url, what, log)
            yield child
        finally:
            _end(child)


def _wait_until_ready(child: subprocess.Popen[bytes], url: str, what: str, log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise DemoFailed(f"{what} ended at once (status {child.returncode}){_last_words(log)}")
        with suppress(requests.RequestException):
            if requests.get(url, timeout=2).ok:
                return
        time.sleep(0.05)
    raise DemoFailed(f"{what} did not answer at {url} within {START_SECONDS:.0f} s{_last_words(log)}")


def one_line(text: str) -> str:
    """The beginning of ``text`` without its line breaks."""
    return " ".join(text.split())[:300]


def _last_words(log: Any) -> str:
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return f": {one_line(lines[-1])}" if lines else ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the child and its own children, SIGKILL if it lingers or if Ctrl-C comes again meanwhile."""
    if child.poll() is not None:
        return
    try:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if child.returncode is None:  # not yet waited for, so that its group is certainly still its own
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind this process as Ctrl-C does, and SIGINT does so too where a shell's ``&`` had it ignored."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT) if _is_untaken(each)}
    for each in before:
        signal.signal(each, _interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _is_untaken(each: signal.Signals) -> bool:
    """True where nobody in this process listens; a SIGHUP that nohup had ignored stays so."""
    return signal.getsignal(each) in ((signal.SIG_DFL,) if each == signal.SIGHUP else (signal.SIG_DFL, signal.SIG_IGN))


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
