"""
What the page plots: the readable values of each analyte with dates, units and sources, and beside them what is no number.

Every value of the record is there, from before the first dose too; what could not be read is never left out in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_services import concepts as c
from cds_services.clinical.renal import is_albumin
from cds_services.concepts import Concept
from cds_services.events import Result
from cds_services.overview.plots import Plot, Point, Series, Unplotted
from cds_services.overview.thresholds import band_of, baseline_of, thresholds_of
from cds_services.overview.unseen import missing_words, unread
from cds_services.results import above, below, contradicted
from cds_services.rule import Case
from cds_services.units import Measure


@dataclass(frozen=True)
class Drawing:
    """What one plot is made of: its name and title, the analytes whose numbers it draws, those that it lists beside them."""

    name: str
    title: str
    drawn: tuple[Concept, ...]
    listed: tuple[Concept, ...] = ()


DRAWINGS = (
    Drawing("platelets", "Platelets", (c.PLATELETS,)), Drawing("neutrophils", "Neutrophils", (c.NEUTROPHILS,)),
    Drawing("lymphocytes", "Lymphocytes and CD4+ cells", (c.LYMPHOCYTES, c.CD4)), Drawing("creatinine", "Creatinine", (c.CREATININE,)),
    Drawing("urine-rbc", "Urine red cells", (c.URINE_RBC,), (c.URINE_BLOOD_STRIP,)),
    Drawing("upcr", "Urine protein:creatinine", (c.UPCR,), (c.URINE_PROTEIN_STRIP, c.UACR)),
    Drawing("tsh", "TSH", (c.TSH,)), Drawing("alt", "ALT", (c.ALT,)),
)


def plots_of(case: Case) -> tuple[Plot, ...]:
    """All plots as of the case; one without points stays, and says whether its source was read."""
    return tuple(_plot(case, one) for one in DRAWINGS)


def _plot(case: Case, drawing: Drawing) -> Plot:
    infused = tuple(day for course in case.exposure.courses for day in course.days)
    series = tuple(_series(case, concept, measure) for concept in drawing.drawn for measure in concept.measures)
    return Plot(drawing.name, drawing.title, series, infused, tuple(_unplotted(case, drawing)), missing_words(case, drawing.drawn))


def _series(case: Case, concept: Concept, measure: Measure) -> Series:
    points = tuple(_point(one) for one in case.record.labs(concept) if one.unit == measure.unit and _drawn(one))
    title = concept.title[:1].upper() + concept.title[1:]
    return Series(title, measure.shown, points, thresholds_of(case, concept.name, measure, points), baseline_of(case, concept.name),
                  band_of(concept.name, points))


def _drawn(one: Result) -> bool:
    return one.number is not None and not (one.of(c.UPCR) and is_albumin(one))


def _point(one: Result) -> Point:
    low, high = one.low, one.high
    outside = "low" if low is not None and below(one, low) else "high" if high is not None and above(one, high) else ""
    against = contradicted(one)
    remarks = (*one.flags, *((f"comment: {one.comment}",) if one.comment else ()),
               *((f"the laboratory flags it {against}, the value decides",) if against else ()))
    return Point(
        when=str(one.when), day=one.when.first, instant=one.when.instant, number=one.number, comparator=one.comparator, sent=one.sent,
        name=one.name, reference=one.reference, status=one.status, done=one.done, low=low, high=high, outside=outside,
        flags=tuple(sorted(one.interpretation)), remarks=remarks)


# ---- what is no number --------------------------------------------------------------------------------------------

def _unplotted(case: Case, drawing: Drawing) -> list[Unplotted]:
    """Undated first, then oldest first: values that could not be read, answers in words, results of analytes that are only listed."""
    results = [one for concept in drawing.drawn for one in case.record.labs(concept) if not _drawn(one)]
    results += [one for concept in drawing.listed for one in case.record.labs(concept)]
    unreadable = [unread(one) for one in case.record.unread(*drawing.drawn, *drawing.listed)]
    found = [*unreadable, *(_beside(one) for one in {one.reference: one for one in results}.values())]
    return sorted(found, key=lambda one: (one.day or date.min, one.reference))


def _beside(one: Result) -> Unplotted:
    """A result that was understood and is no point: an answer in words, or a number of another test."""
    reason = "in words, not a number" if one.number is None else "albumin:creatinine ratio" if is_albumin(one) else "another test"
    sent = f"{one.sent}, {one.grade}+" if one.grade else one.sent  # a strip's score; that of a trace is zero
    return Unplotted(one.name, str(one.when), one.when.first, sent, reason, one.reference, unreadable=False)
