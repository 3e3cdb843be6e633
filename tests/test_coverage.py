"""docs/coverage.md: every statement of the source article has a row, and every rule that a row names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cds_services.rules import BY_ID

PAGE = Path(__file__).parent.parent / "docs" / "coverage.md"
ROWS = {cells[0]: cells[1:] for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| D?\d+ \|", line) for cells in [[cell.strip() for cell in line.strip("|").split(" | ")]]}
STATEMENTS = [str(number) for number in range(1, 43)]
DIFFERENCES = [f"D{number}" for number in range(1, 21)]


def named(cell: str) -> list[str]:
    """The rule ids in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def carrier(key: str) -> str:
    """The cell that says what carries a row: the second of a statement, the last of a difference."""
    return ROWS[key][-1] if key.startswith("D") else ROWS[key][1]


def test_every_statement_and_difference_has_a_row():
    """42 statements and 20 differences, in order, none besides."""
    assert list(ROWS) == STATEMENTS + DIFFERENCES


@pytest.mark.parametrize("key", STATEMENTS + DIFFERENCES)
def test_a_row_is_carried(key: str):
    """A row names rules that exist, or says that it is context."""
    rules = named(carrier(key))
    assert rules or carrier(key).startswith("context")
    assert [rule for rule in rules if rule not in BY_ID] == []


@pytest.mark.parametrize("key", STATEMENTS)
def test_a_row_points_to_differences_that_are_explained(key: str):
    """A D-number in a statement's row has its own row."""
    assert [one for one in re.findall(r"\bD\d+\b", ROWS[key][-1]) if one not in ROWS] == []
