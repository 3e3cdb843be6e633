"""
Servers under measurement: `serve` as it is installed, and HealthChain in a virtual environment of its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PEER_VENV = ROOT / ".venv-bench"
PEER_SOURCE = Path(__file__).with_name("peer")
PATIENCE = 30  # seconds in which a server has to start


class Server(NamedTuple):
    """A server that answers: where, and its first process."""

    port: int
    path: str
    process: subprocess.Popen[bytes]
    seconds_to_start: float

    @property
    def processes(self) -> list[int]:
        """The first process and its children, youngest last."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [self.process.pid, *map(int, children.split())]

    @property
    def largest(self) -> int:
        """Resident bytes of its largest process."""
        return max(resident(one) for one in self.processes)


def resident(process: int) -> int:
    """Resident bytes of a process."""
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def ours(workers: int | None = None) -> Iterator[Server]:
    """Our service as `serve` starts it, with a store in a folder of its own."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    command += ["--workers", str(workers)] if workers else []
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
        with _running(command, port, "/cds-services", "/cds-services/alemtuzumab-patient-view",
                      {**kept, "CDS_DATA_DIR": folder}) as server:
            yield server


@contextlib.contextmanager
def healthchain(workers: int = 1) -> Iterator[Server]:
    """HealthChain 0.16.1 with the two rules of peer/peer_app.py, by the command of its own documentation: uvicorn, one process."""
    port = free_port()
    command = [str(_peer_python()), "-m", "uvicorn", "peer_app:app", "--port", str(port), "--workers", str(workers)]
    with _running(command, port, "/cds/cds-discovery", "/cds/cds-services/platelets", dict(os.environ), PEER_SOURCE) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], port: int, discovery: str, path: str, environment: dict[str, str],
             folder: Path = ROOT) -> Iterator[Server]:
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}{discovery}", process)
        yield Server(port, path, process, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 200):
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.005)
    raise RuntimeError(f"{process.args} does not answer at {address}")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _peer_python() -> Path:
    """The interpreter of the peer's virtual environment, which is made when it is first needed."""
    python, done = PEER_VENV / "bin" / "python", PEER_VENV / "installed"
    if not done.exists():
        print("installing the peer into", PEER_VENV.name, file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", PEER_VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", PEER_SOURCE / "requirements.txt"], check=True)
        done.touch()
    return python
