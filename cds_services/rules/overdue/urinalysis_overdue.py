"""
Urinalysis with cell counts overdue.

Why it matters: red cells in the urine are often the first sign of anti-GBM disease, before the creatinine rises.
Speaks while surveillance runs and the last count of urine red cells is older than the monthly interval allows. A test
strip alone is partial.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.renal import CELLS_PER_FIELD, CELLS_PER_MICROLITRE, STRIP_GRADE, STRIP_PROTEIN, high_ratio
from cds_services.clinical.surveillance import URINALYSIS
from cds_services.record import Result
from cds_services.results import above, at_least, told
from cds_services.rule import EXPOSED, OVERDUE_OVERRIDES, PATIENT_VIEW, WARNING, Case, Citation, Outcome, Rule
from cds_services.rules.overdue.urinalysis_overdue_examples import EXAMPLES
from cds_services.schedule import Standing, closed, done, last_of, not_counted, on_time, overdue_finding, sentence, stale_abnormal


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    [at] = URINALYSIS.standings(case)
    if not at.overdue:
        return on_time(at)
    lines = (*_partial(case, at), *not_counted(case, at, c.URINE_RBC, c.URINALYSIS_PANEL),
             *stale_abnormal(case, c.URINE_RBC, c.URINE_BLOOD_STRIP, abnormal=_red),
             *stale_abnormal(case, c.URINE_PROTEIN_STRIP, abnormal=_protein), *stale_abnormal(case, c.UPCR, abnormal=high_ratio))
    return overdue_finding(
        case, at, indicator=WARNING, summary=sentence(case, at, "Urinalysis with cell counts"), short=f"UA {at.age}",
        test=c.URINALYSIS_PANEL, code="24356-8", lines=lines, orders=URINALYSIS.orders,
        meaning="Urinalysis with cell counts is due every month until 48 months after the last dose, to find nephropathy early.")


def _partial(case: Case, at: Standing) -> tuple[str, ...]:
    """A newer test strip: told, and no count of cells."""
    strips = [one for concept in (c.URINE_BLOOD_STRIP, c.URINE_PROTEIN_STRIP) for one in case.record.labs(concept)]
    strip = last_of(done(strips), case)
    if strip is None or (at.last is not None and strip.when.first <= at.last.when.first):
        return ()
    return (f"Partial: dipstick alone, without a cell count ({told(strip)}).",)


def _red(one: Result) -> bool:
    if one.number is None:
        return _scored(one)
    if one.high is not None and above(one, one.high):
        return True
    return at_least(one, CELLS_PER_FIELD) if one.unit == "/[HPF]" else above(one, CELLS_PER_MICROLITRE)


def _protein(one: Result) -> bool:
    return _scored(one) if one.number is None else at_least(one, STRIP_PROTEIN)


def _scored(one: Result) -> bool:
    return one.grade >= STRIP_GRADE if one.grade is not None else one.answer == "positive"


RULE = Rule(
    id="urinalysis-overdue",
    title="Urinalysis with cell counts overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="boxed warning, 5.1, 5.7", evidence="label; grace implementation choice", protocol="C.3 urinalysis-overdue"),
    to_miss=(c.URINE_RBC,),
    to_soften=(c.URINALYSIS_PANEL, c.URINE_BLOOD_STRIP, c.URINE_PROTEIN_STRIP, c.UPCR, c.ORDERS),
    card="monitoringOverdue",
    place=2,
    overrides=OVERDUE_OVERRIDES,
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
