"""``alemtuzumab-cds feedback``: how often each rule spoke, and what became of its cards."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.database import StoreUnusable
from app.settings import SettingsError, load_settings
from app.store import Store

UNKNOWN = "(card not issued here, or no longer kept)"
COLUMNS = ("rule", "shown", "accepted", "overridden", "reasons")


@dataclass
class Line:
    """One rule: the cards that it spoke in, and what was last said of each of them."""

    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def take(self, told: Any) -> None:
        """Count what was said of one card."""
        if told.outcome == "accepted":
            self.accepted += 1
        else:
            self.overridden += 1
            self.reasons[told.reason_code or told.reason_display or "no reason"] += 1

    def cells(self, rule: str) -> tuple[str, ...]:
        """As a row, the commonest reason first."""
        reasons = ", ".join(f"{name} {count}" for name, count in self.reasons.most_common())
        return rule, str(self.shown), str(self.accepted), str(self.overridden), reasons


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Count cards from this day on (UTC) [all that is kept].")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def feedback(since: datetime | None, as_csv: bool) -> None:
    """Show how often each rule spoke in a card, and how many of these cards were accepted or overridden, and why."""
    try:
        store = Store(load_settings(insecure=True))
        issued, told = store.told_since(since.replace(tzinfo=UTC) if since else datetime.now(UTC) - store.retention - timedelta(days=1))
    except (SettingsError, StoreUnusable) as problem:
        raise click.ClickException(str(problem)) from None
    rows = [line.cells(rule) for rule, line in report(issued, told)]
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([COLUMNS, *([_safe(cell) for cell in row] for row in rows)])
    elif rows:
        _print(rows)
    else:
        click.echo("No card has gone out, and no feedback has come in.")


def report(issued: Iterable[Any], told: Iterable[Any]) -> list[tuple[str, Line]]:
    """Each rule with its counts, the most often shown first; feedback to unknown cards at the end."""
    lines: dict[str, Line] = {}
    rules: dict[str, list[str]] = {}
    for one in issued:
        lines.setdefault(one.rule, Line()).shown += 1
        rules.setdefault(one.card, []).append(one.rule)
    last = {one.card: one for one in told}
    for card, one in last.items():
        for rule in rules.get(card, () if one.patient else (UNKNOWN,)):
            lines.setdefault(rule, Line()).take(one)
    return sorted(lines.items(), key=lambda pair: (pair[0] == UNKNOWN, -pair[1].shown, pair[0]))


def _print(rows: Sequence[Sequence[str]]) -> None:
    table = Table(*COLUMNS[:1])
    for name in COLUMNS[1:4]:
        table.add_column(name, justify="right")
    table.add_column(COLUMNS[4])
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: reasons are what clients send."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
