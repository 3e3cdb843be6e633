"""Looks at stories and at timelines in words, for the tests of the overview."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cds_services.example import resources
from cds_services.looking import Look, look
from cds_services.overview.parts import Cell, Row, Surveillance
from cds_services.policy import Site, site_for
from cds_services.rule import PATIENT_VIEW
from fhir_fixtures.stories import load
from fhir_fixtures.stories import resources as facts_of
from tests.examples import instant, request_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def told(timeline: str, as_of: str, *, failed: tuple[str, ...] = (), resources_: tuple[dict, ...] = (), **settings) -> Look:
    """A look at a timeline of an example, as of a day (noon UTC) or an instant."""
    facts, _ = resources(timeline)
    return look(request_of(PATIENT_VIEW, [*facts, *resources_], [], failed), site_for(**settings), instant(as_of))


def story(name: str, site: Site | None = None) -> Look:
    """A look at a story, today being 2026-11-24."""
    return look(request_of(PATIENT_VIEW, facts_of(load(name, NOW)), []), site or Site(), NOW)


def row(grid: Surveillance, rule: str) -> Row:
    """The row of a test."""
    return next(one for one in grid.rows if one.rule == rule)


def cell(grid: Surveillance, rule: str, month: str) -> Cell:
    """The cell of a test in a month, such as 2024-02."""
    place = [one.first for one in grid.months].index(date.fromisoformat(f"{month}-01"))
    return row(grid, rule).cells[place]


def states(grid: Surveillance, rule: str) -> dict[str, str]:
    """Month -> state of a test."""
    return {f"{month.first:%Y-%m}": one.state for month, one in zip(grid.months, row(grid, rule).cells, strict=True)}
