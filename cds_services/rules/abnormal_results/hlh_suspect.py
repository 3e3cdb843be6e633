"""
Features of hemophagocytic lymphohistiocytosis (HLH) after alemtuzumab.

Why it matters: HLH is a life-threatening inflammation, described mostly 13 to 33 months after treatment began; most patients had
fever, high ferritin, raised transaminases and raised triglycerides.
Speaks when two or more features lie within 14 days of each other, and at once when HLH is on record or ferritin is extreme.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import ENZYME_LIMIT, enzyme_limit
from cds_services.clinical.cell_lines import low_lines
from cds_services.clinical.fever import day_of, temperatures
from cds_services.clinical.onset import new_conditions, told_within
from cds_services.clinical.onset import told as told_condition
from cds_services.concepts import Concept
from cds_services.events import Condition, Event, Result
from cds_services.results import LOOKBACK_DAYS, above, higher, judge_newest, told, value
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.abnormal_results.hlh_suspect_examples import EXAMPLES
from cds_services.wording import listed

FEVER_DEGREES = Decimal("38.5")  # Cel, or above, as a reading of persistent fever [impl, HLH-2004]: protocol C.4
READINGS = 2  # such readings make one feature [impl]: protocol C.4
LOW_LINES = 2  # low cell lines make one feature [impl, HLH-2004]: protocol C.4, ruling 6
FERRITIN_ABOVE = Decimal(500)  # ng/mL, a feature [impl, HLH-2004]: protocol C.4
FERRITIN_EXTREME = Decimal(10000)  # ng/mL, more is critical by itself [impl]: protocol C.4
TRANSAMINASE_TIMES = Decimal(3)  # times the upper limit, ALT or AST above it is a feature [impl]: protocol C.4
TRIGLYCERIDES_ABOVE = Decimal(265)  # mg/dL fasting, a feature [impl, HLH-2004]: protocol C.4
WITHIN_DAYS = 14  # days that lie between the features at most [impl]: protocol C.4
WARNING_FEATURES = 2  # features within those days, a warning [impl]: protocol C.4
CRITICAL_FEATURES = 3  # features within those days, critical [impl]: protocol C.4
NEEDED = {"reading": READINGS, "line": LOW_LINES}


@dataclass(frozen=True)
class Mark:
    """One sign of one feature: of readings and cell lines two are needed, of all else one."""

    feature: str
    kind: str
    event: Event
    words: str


def evaluate(case: Case) -> Outcome:
    diagnosed = new_conditions(case, c.HLH)
    ferritin = _newest(case, c.FERRITIN, FERRITIN_ABOVE)
    marks = _marks(case, ferritin)
    met = _together(case, marks) if marks else {}
    extreme = ferritin is not None and above(ferritin, FERRITIN_EXTREME)
    if not diagnosed and not extreme and len(met) < WARNING_FEATURES:
        return Silent(f"{len(met)} of {WARNING_FEATURES} features within {WITHIN_DAYS} days")
    critical = bool(diagnosed) or extreme or len(met) >= CRITICAL_FEATURES
    if extreme:
        met.setdefault("ferritin", [_ferritin_mark(ferritin)])
    events = (*diagnosed, *(one.event for marks in met.values() for one in marks))
    names = (*(("HLH on record",) if diagnosed else ()), *(_words(marks) for marks in met.values()))
    return Finding(
        indicator=CRITICAL if critical else WARNING, summary=listed(names, "HLH features after LEMTRADA (", "): evaluate now"),
        evidence=evidence_of(*events), found=tuple(_line(one) for one in events), meaning=_meaning(met), advice=_advice(case, critical),
        suggestions=(OrderTest(c.FERRITIN, urgent=True), OrderTest(c.CBC_PANEL, urgent=True), OrderTest(c.HEPATIC_PANEL, urgent=True),
                     OrderTest(c.TRIGLYCERIDES, urgent=True), OrderTest(c.HEMATOLOGY_REFERRAL, urgent=True)), short="HLH features")


def _marks(case: Case, ferritin: Result | None) -> tuple[Mark, ...]:
    """All signs of the look-back, feature by feature in the order of the label."""
    fats = _newest(case, c.TRIGLYCERIDES, TRIGLYCERIDES_ABOVE)
    return (
        *(Mark("fever", "reading", one, "fever") for one in temperatures(case, FEVER_DEGREES)
          if case.age_in_days(one.when) <= LOOKBACK_DAYS),
        *(Mark("fever", "code", one, "fever") for one in _coded(case, c.FEVER)),
        *((_ferritin_mark(ferritin),) if ferritin else ()),
        *(Mark("cell lines", "line", one, "low cell lines") for one in low_lines(case)),
        *(Mark("transaminases", "result", one, f"{name} {value(one)} U/L") for name, one in _transaminases(case)),
        *((Mark("triglycerides", "result", fats, f"triglycerides {value(fats)} mg/dL"),) if fats else ()),
        *(Mark("liver or spleen", "code", one, "enlarged liver or spleen") for one in _coded(case, c.HEPATOSPLENOMEGALY)))


def _ferritin_mark(result: Result) -> Mark:
    return Mark("ferritin", "result", result, f"ferritin {value(result)} ng/mL")


def _newest(case: Case, concept: Concept, limit: Decimal) -> Result | None:
    """The newest result in the look-back, where it lies above the limit."""
    return _judged(case, concept, lambda one: above(one, limit))


def _transaminases(case: Case) -> tuple[tuple[str, Result], ...]:
    found = ((concept.title, _judged(case, concept, _far_above)) for concept in (c.ALT, c.AST))
    return tuple((name, one) for name, one in found if one is not None)


def _far_above(one: Result) -> bool:
    return above(one, TRANSAMINASE_TIMES * enzyme_limit(one))


def _judged(case: Case, concept: Concept, holds: Callable[[Result], bool]) -> Result | None:
    """Of equally new results the worst; a preliminary ferritin counts where it is extreme (protocol D)."""
    def grade(one: Result) -> str | None:
        extreme = concept is c.FERRITIN and above(one, FERRITIN_EXTREME)
        return None if not holds(one) else CRITICAL if extreme else WARNING

    found = judge_newest(case, concept, grade, higher)
    return found[0] if found and found[1] else None


def _coded(case: Case, concept: Concept) -> tuple[Condition, ...]:
    return tuple(one for one in new_conditions(case, concept) if told_within(case, one, LOOKBACK_DAYS))


def _together(case: Case, marks: tuple[Mark, ...]) -> dict[str, list[Mark]]:
    """The most features that lie within 14 days of each other, the latest such days; a sign without a date fits any."""
    best: dict[str, list[Mark]] = {}
    days = {one: day_of(case, one.event) for one in marks}
    for start in sorted({day for day in days.values() if day is not None}) or [case.today]:
        near = [one for one in marks if days[one] is None or 0 <= (days[one] - start).days <= WITHIN_DAYS]
        met = _met(near)
        if len(met) >= len(best):
            best = met
    return best


def _met(marks: list[Mark]) -> dict[str, list[Mark]]:
    """The features that these signs make up, each with its signs."""
    met: dict[str, list[Mark]] = {}
    for kind in dict.fromkeys((one.feature, one.kind) for one in marks):
        signs = [one for one in marks if (one.feature, one.kind) == kind]
        if len(signs) >= NEEDED.get(kind[1], 1):
            met.setdefault(kind[0], []).extend(signs)
    return met


def _words(marks: list[Mark]) -> str:
    return f"{len(marks)} low cell lines" if marks[0].kind == "line" else marks[0].words


def _line(one: Event) -> str:
    return told(one) if isinstance(one, Result) else told_condition(one)


def _meaning(met: dict[str, list[Mark]]) -> str:
    text = "HLH is described mostly 13 to 33 months after treatment began; adult-onset Still's disease (AOSD) looks alike."
    if any(isinstance(one.event, Result) and not one.event.high for one in met.get("transaminases", ())):
        text += f" ALT and AST were compared with {ENZYME_LIMIT} U/L: the result has no upper limit of its own."
    return text + (" The limit for triglycerides is a fasting one." if "triglycerides" in met else "")


def _advice(case: Case, critical: bool) -> tuple[str, ...]:
    first = "Same-day hematology, in hospital." if critical else "Evaluate now, with hematology."
    stop = () if case.viewing else ("Do not start the infusion before HLH is excluded.",)
    return (*stop, first, "Ferritin, CBC, hepatic panel, triglycerides, fibrinogen; look for infection and for an enlarged spleen.")


RULE = Rule(
    id="hlh-suspect",
    title="HLH features",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.11, 5.12", evidence="label; limits implementation choice after HLH-2004", protocol="C.4 hlh-suspect, D9"),
    to_find=(c.HLH, c.FERRITIN, c.FEVER, c.TEMPERATURE, c.NEUTROPHILS, c.PLATELETS, c.HEMOGLOBIN, c.ALT, c.AST, c.TRIGLYCERIDES,
             c.HEPATOSPLENOMEGALY),
    to_soften=(c.CBC_PANEL, c.HEPATIC_PANEL, c.ORDERS),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
