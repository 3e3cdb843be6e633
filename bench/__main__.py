"""
`python -m bench [--only NAME]`: measure, print one table, write bench/results/latest.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import fetching, in_process, over_http, wrk
from bench.rows import Row

RESULTS = Path(__file__).with_name("results")
BENCHES: dict[str, Callable[[], Iterable[Row]]] = {
    "treated": in_process.treated, "never-treated": in_process.never_treated, "growth": in_process.growth,
    "memory": in_process.memory, "http": over_http.beside_peer, "tail": over_http.tail, "fetch": fetching.parallel_fetch,
    "cold-start": over_http.cold_start, "worker-memory": over_http.worker_memory,
}


def main() -> int:
    """Run what is asked for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", choices=BENCHES, help="one bench instead of all")
    only = parser.parse_args().only
    rows: list[Row] = []
    before = os.getloadavg()[0]
    for name in [only] if only else BENCHES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += BENCHES[name]()
    Console(width=max(100, Console().width)).print(_table(rows))
    print(_machine(before))
    if not only:
        _write(rows, before)
    return 0 if all(one.holds for one in rows) else 1


def _table(rows: list[Row]) -> Table:
    table = Table("row", "goal", "measured", "noise", "verdict", "seen")
    for one in rows:
        table.add_row(f"{one.name}\n[dim]{one.what}[/dim]", one.goal_text, f"{one.value:.2f}", f"±{one.noise:.0%}",
                      "[green]holds[/green]" if one.holds else "[red]missed[/red]", one.detail)
    return table


def _machine(load: float) -> str:
    return (f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before, {datetime.now(UTC):%Y-%m-%d}, "
            f"load by {'wrk' if wrk.is_there() else 'the Python client'}")


def _write(rows: list[Row], load: float) -> None:
    RESULTS.mkdir(exist_ok=True)
    found: dict[str, Any] = {"machine": _machine(load), "rows": [one.as_json() for one in rows]}
    (RESULTS / "latest.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
