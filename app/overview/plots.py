"""
What the plots show: the marks, lines and scales of each series, and every value in words, by date, value, unit and source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from markupsafe import Markup
from pygal import Config, DateTimeLine
from pygal.style import Style

from app.overview.drawing import cleaned
from app.overview.texts import text
from cds_services.dates import add_months
from cds_services.overview.plots import Line, Plot, Point, Series, Unplotted
from cds_services.results import plain
from cds_services.wording import clean

WIDTH, HEIGHT = 420, 190  # the drawing's own units, about pixels
HEADROOM = 1.1  # free height above the highest mark
NEAR = 1.3  # how much higher than the marks a threshold may lie to be drawn beside the nearest one
LANE = 0.07  # the part of the scale that lies below zero, where marks without a number stand
SHORT_SPAN = 550  # days up to which quarters are named instead of years
_LIFTED = (None, None)  # where the pen is lifted, between lines of one layer: pygal's time goes by the number of layers
_STYLE = Style(label_font_size=10, major_label_font_size=10, value_label_font_size=10)


@dataclass
class Names:
    """The ids of the marks of one page, so that a finding can lead to its evidence; what is evidence is marked."""

    evidence: frozenset[str] = frozenset()
    ids: dict[str, str] = field(default_factory=dict)

    def new(self, reference: str) -> str | None:
        """An id for the first mark of a reference; None for the others: an id is there once."""
        return None if reference in self.ids else self.ids.setdefault(reference, f"value-{len(self.ids)}")


@dataclass(frozen=True)
class Span:
    """The days that all plots of a page share."""

    first: date
    last: date
    today: date

    @property
    def short(self) -> bool:
        """True where the axis names quarters."""
        return (self.last - self.first).days <= SHORT_SPAN

    @property
    def ticks(self) -> list[date]:
        """The first days of quarters, or of years over a longer span."""
        months = range(0, 12 * (self.last.year - self.first.year + 1), 3 if self.short else 12)
        days = (add_months(date(self.first.year, 1, 1), one) for one in months)
        return [day for day in days if self.first <= day <= self.last]


def span_of(plots: tuple[Plot, ...], today: date) -> Span:
    """From the first day of any mark to the last, and to today; a month at least."""
    days = [today - timedelta(days=30), today, *(day for plot in plots for day in plot.infusions),
            *(point.day for plot in plots for series in plot.series for point in series.points),
            *(one.day for plot in plots for one in plot.unplotted if one.day is not None)]
    return Span(min(days), max(days), today)


def drawn(plot: Plot, series: Series, beside: tuple[Unplotted, ...], span: Span, names: Names) -> Markup:
    """One series as SVG; what stands beside it, without a number, is marked at its foot."""
    top = top_of(series)
    foot = -LANE * top if any(one.day for one in beside) else 0.0
    layers = list(_layers(plot, series, beside, span, (foot, top), names))
    chart = DateTimeLine(_config(span, (foot, top)))
    label = text("plot.drawing", title=plot.title, series=series.title, unit=series.unit)
    chart.add_xml_filter(lambda root: cleaned(root, [kind for kind, _ in layers], label))
    for kind, values in layers:
        chart.add(kind, values, show_dots=kind in ("values", "beside", "limit", "baseline"), dots_size=3, stroke=kind != "beside")
    return Markup(chart.render(is_unicode=True))  # noqa: S704  made by an XML library, which escapes


def _config(span: Span, scale: tuple[float, float]) -> Config:
    return Config(
        width=WIDTH, height=HEIGHT, css=[], js=[], style=_STYLE, no_prefix=True, disable_xml_declaration=True, classes=("drawing",),
        show_legend=False, print_labels=True, margin=2, margin_top=26, margin_right=38, spacing=6, range=scale, max_scale=5,
        xrange=(_noon(span.first), _noon(span.last)), x_labels=[_noon(day) for day in span.ticks],
        x_value_formatter=lambda when: f"{when:%Y-%m}" if span.short else f"{when:%Y}", value_formatter=_tick,
        allow_interruptions=True)


def _tick(number: float) -> str:
    """A number of the axis; nothing is named below zero, where the marks without a number stand."""
    return f"{number:g}" if number >= 0 else ""


def _layers(plot: Plot, series: Series, beside: tuple[Unplotted, ...], span: Span, scale: tuple[float, float],
            names: Names) -> Iterator[tuple[str, list[Any]]]:
    """What is drawn, the hindmost first: its kind and its points."""
    (foot, top), first, last, today = scale, _noon(span.first), _noon(span.last), _noon(span.today)
    if series.band is not None:
        low, high = float(series.band.low or 0), float(series.band.high if series.band.high is not None else top)
        yield "band", [(first, low), (first, high), (last, high), (last, low)]
    if plot.infusions:
        yield "infusion", [place for day in plot.infusions for place in ((_noon(day), foot), (_noon(day), top), _LIFTED)]
    yield "today", [(today, foot), (today, top)]
    for kind, lines in (("limit", series.thresholds), ("baseline", (series.baseline,) if series.baseline else ())):
        within = [one for one in lines if one.number <= top]
        if within:
            yield kind, [place for one in within for place in
                         ((first, float(one.number)), {"value": (last, float(one.number)), "label": plain(one.number)}, _LIFTED)]
    yield "values", [_mark((_at(one), float(one.number)), value_words(one, series), one.reference, names,
                           "done" if one.done else "open", one.outside) for one in series.points]
    yield "beside", [_mark((_noon(one.day), foot / 2), beside_words(one), one.reference, names, "unreadable" if one.unreadable else "words")
                     for one in beside if one.day is not None]


def _mark(place: tuple[datetime, float], words: tuple[str, str], reference: str, names: Names, *kinds: str) -> dict[str, Any]:
    """A value as pygal takes it, with the attributes of its mark."""
    kinds = (*kinds, "evidence") if reference in names.evidence else kinds
    node = {"tabindex": "0", "role": "img", "aria-label": "; ".join(words), "data-value": words[0], "data-source": words[1],
            "class": " ".join(["mark", *filter(None, kinds)])}
    if (name := names.new(reference)) is not None:
        node["id"] = name
    return {"value": place, "node": node}


# ---- values in words --------------------------------------------------------------------------------------------

def value_words(point: Point, series: Series) -> tuple[str, str]:
    """A value in words, and its source: date, number and unit, how it came, what is special about it."""
    value = f"{point.comparator}{plain(point.number)} {series.unit}"
    remarks = [*([text("plot.as_sent", sent=point.sent)] if point.sent != value else []), *remarks_of(point)]
    return clean("; ".join([text("plot.value", when=point.when, name=series.title, value=value), *remarks])), clean(point.reference)


def remarks_of(point: Point) -> list[str]:
    """What is special about a value: beyond its own limits, not final, the laboratory's flags, and the rest."""
    return [*([text(f"plot.{point.outside}")] if point.outside else []),
            *([] if point.done else [text("plot.not_final", status=point.status or text("plot.no_status"))]),
            *([text("plot.flags", flags=", ".join(point.flags))] if point.flags else []), *point.remarks]


def beside_words(one: Unplotted) -> tuple[str, str]:
    """A value that has no place on the scale, in words, and its source."""
    name = "plot.unreadable" if one.unreadable else "plot.in_words"
    return clean(text(name, when=one.when, name=one.name, sent=one.sent, reason=one.reason)), clean(one.reference)


# ---- scales -----------------------------------------------------------------------------------------------------

def top_of(series: Series) -> float:
    """The upper end of the scale: above every mark, the range, the baseline, and the nearest threshold with those close to it."""
    numbers = [*(one.number for one in series.points), *([series.baseline.number] if series.baseline else [])]
    numbers += [one for one in (series.band.low, series.band.high) if one is not None] if series.band else []
    highest = float(max(numbers, default=0))
    above = sorted(float(one.number) for one in series.thresholds if one.number > highest)
    reach = NEAR * max(highest, *above[:1]) if above else highest
    return max([highest, *(one for one in above if one <= reach)]) * HEADROOM or 1.0


def off_scale(line: Line, series: Series) -> bool:
    """True where a threshold lies above the scale and is told in words alone."""
    return float(line.number) > top_of(series)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def _at(point: Point) -> datetime:
    """The local time of a value, which pygal takes without a zone; noon where no time was sent."""
    return point.instant.replace(tzinfo=None) if point.instant is not None else _noon(point.day)
