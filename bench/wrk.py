"""
The load generator `wrk`, where the machine has it: it takes less of the two cores than a Python client.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from bench.load import Load

_SCRIPT = """
local file = io.open("{body}", "rb")
wrk.method, wrk.body = "POST", file:read("*all")
wrk.headers["Content-Type"] = "application/json"
function done(summary, latency)
  local points = {{}}
  for percent = 0.5, 99.5 do points[#points + 1] = latency:percentile(percent) end
  io.write("RESULT [" .. summary.duration .. "," .. summary.requests .. "," .. summary.errors.status .. "," ..
           table.concat(points, ",") .. "]\\n")
end
"""


@cache
def is_there() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def run(port: int, request: bytes, *, connections: int = 1, seconds: float = 3.0) -> Load:
    """What `load.run` does, by wrk; of the latencies a hundred percentiles are kept for each hundredth of the calls."""
    head, _, body = request.partition(b"\r\n\r\n")
    path = head.split(b" ")[1].decode()
    with tempfile.TemporaryDirectory() as folder:
        sent, script = Path(folder, "body"), Path(folder, "post.lua")
        sent.write_bytes(body)
        script.write_text(_SCRIPT.format(body=sent), encoding="utf-8")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "-s", str(script), f"http://127.0.0.1:{port}{path}"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    duration, calls, refused, *points = json.loads(output.partition("RESULT ")[2])
    assert not refused, f"{refused} answers were not 200"
    each = max(1, round(calls / len(points)))
    return Load(duration / 1e6, [point / 1e6 for point in points for _ in range(each)])
