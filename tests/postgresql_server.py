"""A real PostgreSQL for tests: made in a temporary folder, run as an unprivileged user, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http_calls import free_port

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty database; skipped, with the reason, where there is no PostgreSQL."""
    programs = _programs()
    if programs is None:
        pytest.skip("NOT RUN: PostgreSQL is not installed (apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="alemtuzumab-cds-pg-", ignore_cleanup_errors=True) as folder:
        user = _user(folder)
        data, log, port = Path(folder, "data"), Path(folder, "log"), free_port()
        subprocess.run([programs / "initdb", "-D", data, "-U", "cds", "--auth=trust", "--locale=C", "--encoding=UTF8"],
                       check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        with log.open("wb") as sink:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                 "-c", "fsync=off"], stdout=sink, stderr=sink, cwd=folder, **user)
        try:
            _wait(programs, port, log)
            yield f"postgresql://cds@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(20)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3].partition(".")[0]))
    return versions[-1].parent if versions else None


def _user(folder: str) -> dict[str, Any]:
    """For root: the arguments that make a child another user, who then owns the folder."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, found.pw_uid, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _wait(programs: Path, port: int, log: Path) -> None:
    for _ in range(150):
        ready = subprocess.run([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False)
        if ready.returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"PostgreSQL does not answer: {log.read_text()[-1000:]}")
