"""
The page itself: what a template needs beyond the overview's own parts, and the template filled with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import render_template
from markupsafe import Markup

from app.markdown import as_html
from app.overview.drawing import samples
from app.overview.plots import Names, drawn, off_scale, remarks_of, span_of
from app.overview.shown import Shown
from app.overview.texts import text
from cds_services.cards import CATALOGUE, EXTENSION
from cds_services.finding import CRITICAL
from cds_services.hooks import Card
from cds_services.overview import Overview
from cds_services.overview.parts import Month
from cds_services.overview.plots import Plot, Series, Unplotted
from cds_services.results import plain
from cds_services.rule import Rule
from cds_services.rules import BY_ID

MARKS = {"done": "●", "due": "◐", "overdue": "▲", "missed": "✕", "not due": "·", "upcoming": "○", "later": "", "not seen": "?"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")  # what would break the page, or turn its words round
SIGNS = {"critical": "▲", "warning": "◆", "info": "●"}


@dataclass(frozen=True)
class Told:
    """A card as the page shows it: the rules that speak in it, whether it is the one asked for, and what it rests on."""

    card: Card
    rules: tuple[str, ...]
    asked_for: bool
    evidence: tuple[str, ...]

    @property
    def open(self) -> bool:
        """True where its detail is shown without being asked for."""
        return self.asked_for or self.card.indicator == CRITICAL

    @property
    def detail(self) -> Markup:
        """Its Markdown as HTML."""
        html = str(as_html(self.card.detail or ""))
        return Markup(html.replace("<a href=", '<a target="_blank" rel="noopener" href='))  # noqa: S704  the rules' pages stand in no frame


@dataclass(frozen=True)
class Panel:
    """One drawing with its values in words: the series of a plot, and with the first what has no place on a scale."""

    plot: Plot
    series: Series
    drawing: Markup | None
    beside: tuple[Unplotted, ...]
    id: str


def main_part(seen: Overview, shown: Shown, today: date) -> str:
    """The page's main part as HTML; `today` is the last day that can be shown."""
    view = BY_ID.get(shown.view or "")
    told = [_told(card, view) for card in seen.cards]
    names = Names(frozenset(one for each in told if each.asked_for for one in each.evidence))
    panels = list(_panels(seen, names))
    html = render_template(
        "overview_main.html", t=text, shown=shown, seen=seen, told=told, panels=panels, ids=names.ids, evidence=names.evidence,
        years=[(year, list(months)) for year, months in groupby(seen.surveillance.months, key=_year)],
        view=view, silent=_silent(seen, view, told), marks=MARKS, signs=SIGNS, plain=plain, remarks_of=remarks_of, samples=samples(),
        off_scale=off_scale, today=today, catalogue=CATALOGUE)
    return _UNPRINTABLE.sub(" ", html)


def _told(card: Card, view: Rule | None) -> Told:
    """A card, asked for where the rule speaks in it, or would: a card that rules share stays one card, whichever of them speak."""
    findings = (card.extension or {}).get(EXTENSION, {}).get("findings", [])
    rules = tuple(one["rule"] for one in findings)
    topic = card.source.topic.code if card.source.topic else ""
    asked_for = view is not None and (view.id in rules or view.card == topic)
    of_view = [one for one in findings if view is not None and one["rule"] == view.id] or findings
    return Told(card, rules, asked_for, tuple(dict.fromkeys(ref for one in of_view for ref in one.get("evidence", ()))))


def _panels(seen: Overview, names: Names) -> Iterator[Panel]:
    span = span_of(seen.plots, seen.now.date())
    for plot in seen.plots:
        for number, series in enumerate(_told_series(plot)):
            beside = plot.unplotted if number == 0 else ()
            drawing = drawn(plot, series, beside, span, names) if series.points or any(one.day for one in beside) else None
            yield Panel(plot, series, drawing, beside, f"plot-{plot.name}-{number}")


def _told_series(plot: Plot) -> list[Series]:
    """The series of a plot; of those with one title, in several units, an empty one only where all of them are."""
    kept: dict[str, list[Series]] = {}
    for one in plot.series:
        kept.setdefault(one.title, []).append(one)
    return [one for same in kept.values() for one in ([each for each in same if each.points] or same[:1])]


def _year(month: Month) -> int:
    return month.first.year


def _silent(seen: Overview, view: Rule | None, told: list[Told]) -> str:
    """What to say where the finding that the page was opened for is not among the cards; "" where it is, or none was asked for."""
    if view is None or any(one.asked_for for one in told):
        return ""
    unjudged = {rule.id for rule, _ in seen.assessment.not_assessed}
    return "findings.view_not_judged" if view.id in unjudged else "findings.view_silent"
