"""
One row of the table: what is measured, the goal of issue 5, what came out, and how far the rounds lay apart.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Row(NamedTuple):
    """A goal and what was measured; `noise` is half the distance between the quartiles of all rounds, as a share of the median."""

    name: str
    what: str
    goal: float
    value: float
    noise: float
    detail: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the goal is met by the median."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def goal_text(self) -> str:
        """The goal as the table shows it."""
        return f"{'≥' if self.at_least else '≤'} {self.goal:g}"

    def as_json(self) -> dict[str, Any]:
        """The row for the results file."""
        return {**self._asdict(), "value": round(self.value, 4), "noise": round(self.noise, 3), "holds": self.holds}


def row(name: str, what: str, goal: float, rounds: Sequence[float], detail: str, *, at_least: bool = False) -> Row:
    """The row of a ratio that was measured in several rounds: their median counts."""
    return Row(name, what, goal, statistics.median(rounds), noise(rounds), detail, at_least)


def noise(rounds: Sequence[float]) -> float:
    """Half the distance between the quartiles, as a share of the median."""
    if len(rounds) < 4:
        return (max(rounds) - min(rounds)) / 2 / statistics.median(rounds)
    low, middle, high = statistics.quantiles(rounds, n=4)
    return (high - low) / 2 / middle


def interleaved(rounds: int, *works: Callable[[], Any], clock: Callable[[], float]) -> list[tuple[float, ...]]:
    """How long each work took, round by round; every round does all of them, so that what disturbs one disturbs the others."""
    taken = []
    for _ in range(rounds):
        marks = [clock()]
        for work in works:
            work()
            marks.append(clock())
        taken.append(tuple(after - before for before, after in zip(marks, marks[1:], strict=False)))
    return taken


def milliseconds(seconds: Sequence[float]) -> str:
    """The median in milliseconds, for people."""
    return f"{1000 * statistics.median(seconds):.2f} ms"
