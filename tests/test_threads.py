"""A fresh process may be called by many threads at once: what is made at first use is made by one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CALLS = """
import threading
from bench.bodies import hook_call
from bench.in_process import NOW, patient_view
body, start, seen = hook_call(60, NOW), threading.Barrier(8), []
def call():
    start.wait()
    seen.append(patient_view(body))
threads = [threading.Thread(target=call) for _ in range(8)]
[one.start() for one in threads], [one.join() for one in threads]
assert len(seen) == 8 and all(b'"summary"' in one for one in seen)
"""


@pytest.mark.parametrize("attempt", range(4))
def test_the_first_calls_may_come_at_once(attempt: int):
    """Eight threads make the first calls of a process together (msgspec crashed where they met a Struct for the first time)."""
    ended = subprocess.run([sys.executable, "-c", CALLS], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr[-2000:]
