"""
Baseline laboratory tests missing before alemtuzumab.

Why it matters: blood, kidney, thyroid and liver disease after a course is recognized by comparison with the values from
before it, and a count or creatinine that is already abnormal must be known before the first infusion.
Speaks, as part of the checklist, when a test is missing, too old on the planned start, or from before an earlier course.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_services import concepts as c
from cds_services.clinical.pretreatment import age, last_dated, ordered, placed, serving, start_line
from cds_services.concepts import Concept
from cds_services.record import Order, Result
from cds_services.results import told
from cds_services.rule import (
    CRITICAL,
    INFO,
    ORDER_HOOKS,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    at_most,
    evidence_of,
    one_step_lower,
    worst,
)
from cds_services.rules.checklist.baseline_labs_missing_examples import EXAMPLES
from cds_services.schedule import done
from cds_services.wording import listed

MONTH = 30  # days before the planned start: CBC, creatinine, urinalysis, ALT, AST, bilirubin [impl]: protocol C.0 baseline.maxAge
QUARTER = 90  # days before the planned start: TSH, urine protein:creatinine [impl]: protocol C.0 baseline.maxAge
FAR_AHEAD = 14  # days to the planned start above which it stays a warning [impl]: ruling 43


@dataclass(frozen=True)
class Part:
    """A line of the baseline: its name, the analytes it needs, how old they may be, what to order, what else orders it."""

    name: str
    needs: tuple[Concept, ...]
    days: int
    test: Concept
    also: tuple[Concept, ...] = ()


COUNT = Part("CBC with differential", (c.PLATELETS, c.NEUTROPHILS, c.LYMPHOCYTES), MONTH, c.CBC_PANEL)
CREATININE = Part("creatinine", (c.CREATININE,), MONTH, c.CREATININE, (c.METABOLIC_PANEL,))
URINE = Part("urinalysis with cell counts", (c.URINE_RBC,), MONTH, c.URINALYSIS_PANEL, (c.URINE_RBC,))
CORE = (COUNT, CREATININE, URINE)
PARTS = (
    *CORE, Part("TSH", (c.TSH,), QUARTER, c.TSH), Part("UPCR", (c.UPCR,), QUARTER, c.UPCR),
    Part("ALT", (c.ALT,), MONTH, c.HEPATIC_PANEL, (c.METABOLIC_PANEL, c.ALT)),
    Part("AST", (c.AST,), MONTH, c.HEPATIC_PANEL, (c.METABOLIC_PANEL, c.AST)),
    Part("bilirubin", (c.BILIRUBIN,), MONTH, c.HEPATIC_PANEL, (c.METABOLIC_PANEL, c.BILIRUBIN)),
)


@dataclass(frozen=True)
class Lack:
    """A part that is not satisfied: the analytes that it lacks, those of them pending, an order already placed."""

    part: Part
    missing: tuple[Concept, ...]
    pending: tuple[Result, ...]
    order: Order | None

    @property
    def awaited(self) -> bool:
        """True where every analyte that it lacks is pending."""
        return all(any(one.of(need) for one in self.pending) for need in self.missing)


def evaluate(case: Case) -> Outcome:
    lacks = [lack for part in PARTS if (lack := _lack(case, part))]
    if not lacks:
        return Silent("all baseline tests are recent enough")
    open_parts = [one for one in lacks if one.order is None]
    return Finding(
        indicator=_indicator(case, lacks, open_parts), summary=listed([one.part.name for one in lacks], "Before LEMTRADA: missing "),
        evidence=evidence_of(*(one for lack in lacks for one in lack.pending), *(one.order for one in lacks)),
        found=(*(line for one in lacks for line in _lines(case, one)), *start_line(case)),
        meaning="Disease after a course is recognized against these values, and the course is not to begin without them.",
        advice=("Complete the baseline before the first infusion, or record the results if they were done elsewhere.",),
        suggestions=tuple({one.part.test.name: OrderTest(one.part.test) for one in open_parts}.values()), short="baseline tests")


def _lack(case: Case, part: Part) -> Lack | None:
    missing = tuple(need for need in part.needs if serving(case, done(case.record.labs(need)), part.days) is None)
    if not missing:
        return None
    awaited = [serving(case, (one for one in case.record.labs(need) if one.pending), part.days) for need in missing]
    return Lack(part, missing, tuple(one for one in awaited if one), placed(case, part.test, *part.also))


def _indicator(case: Case, lacks: list[Lack], open_parts: list[Lack]) -> str:
    """Critical where blood count, creatinine and urinalysis are all missing; an order placed lowers it one step (C.0, ruling 46)."""
    indicator = _grade(lacks)
    if len(open_parts) < len(lacks):
        indicator = worst(one_step_lower(indicator), _grade(open_parts) if open_parts else INFO)
    return at_most(indicator, WARNING) if (case.planned_start - case.today).days > FAR_AHEAD else indicator


def _grade(lacks: list[Lack]) -> str:
    missing = {one.part.name for one in lacks if not one.awaited}
    return CRITICAL if all(part.name in missing for part in CORE) else WARNING


def _lines(case: Case, lack: Lack) -> tuple[str, ...]:
    part = lack.part
    lines = [f"{part.name if len(part.needs) == 1 else f'{part.name}: {need.title}'}: {_last(case, need)} (at most {part.days} d)"
             for need in lack.missing]
    if part is URINE and serving(case, done((*case.record.labs(c.URINE_BLOOD_STRIP), *case.record.labs(c.URINE_PROTEIN_STRIP))), part.days):
        lines.append("Test strip alone: the cells must be counted.")
    return (*lines, *(f"Pending: {told(one)}" for one in lack.pending), *ordered(lack.order))


def _last(case: Case, need: Concept) -> str:
    last = last_dated(done(case.record.labs(need)))
    return f"last {age(case, last)}" if last else "none found in the records available to this service"


RULE = Rule(
    id="baseline-labs-missing",
    title="Baseline laboratory tests missing",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="5.1, 5.6, 5.7, 5.8, 5.10", evidence="label; ages and critical level implementation choice",
                    protocol="C.2 baseline-labs-missing; C.0 baseline.maxAge"),
    to_miss=tuple(need for part in PARTS for need in part.needs),
    to_soften=(c.CBC_PANEL, c.URINALYSIS_PANEL, c.HEPATIC_PANEL, c.METABOLIC_PANEL, c.URINE_BLOOD_STRIP, c.URINE_PROTEIN_STRIP, c.ORDERS),
    card="preTreatmentChecklist",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
