"""
Results that could not be interpreted.

Why it matters: a count without a unit is neither normal nor done; passing over it in silence would look like an all-clear.
Speaks while an unreadable result is the newest of its analyte: named with value, unit, date and reason. Doses, results
dated ahead and resources that could not be decoded are among them.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.record import Result, Unreadable
from cds_services.rule import EVERY_HOOK, RECORD, WARNING, Case, Citation, Finding, Outcome, Rule, Silent
from cds_services.rules.record_integrity.results_unreadable_examples import EXAMPLES
from cds_services.wording import listed

TOLD_DAYS = 90  # days that an unreadable result is told [impl]: ruling 28
SCREENING_DAYS = 365  # days at the order hooks for screening tests [impl]: ruling 28
MOST_LINES = 10  # lines of the detail [impl]: readability of the card

SCREENING = frozenset(one.name for one in (
    c.TB_IGRA, c.TB_SKIN_TEST, c.VZV_IGG, c.HIV_TEST, c.HEPATITIS_TEST, c.SKIN_EXAM, c.ECG, c.HPV_SCREENING, c.CERVICAL_CYTOLOGY))
PARTS = {
    c.CBC_PANEL.name: (c.PLATELETS, c.NEUTROPHILS, c.LYMPHOCYTES, c.HEMOGLOBIN),
    c.URINALYSIS_PANEL.name: (c.URINE_RBC, c.URINE_BLOOD_STRIP, c.URINE_PROTEIN_STRIP),
    c.HEPATIC_PANEL.name: (c.ALT, c.AST, c.BILIRUBIN),
    c.METABOLIC_PANEL.name: (c.CREATININE, c.ALT, c.BILIRUBIN),
}


def evaluate(case: Case) -> Outcome:
    if not (case.exposure.exists or case.exposure.unreadable or case.record.unread(c.ALEMTUZUMAB) or not case.viewing or case.plan):
        return Silent("no exposure", settled=True)
    told = [one for one in (*case.exposure.unreadable, *case.record.unreadable) if _concerns(case, one) and _newest(case, one)]
    told = sorted(_latest_of_each(told), key=lambda one: (one.when.last.isoformat() if one.when else "", one.reference))
    if not told:
        return Silent("everything that was sent could be read", settled=True)
    names = list(dict.fromkeys(f"{_name(one)} {one.sent}".strip() for one in told))
    return Finding(
        indicator=WARNING, summary=listed(names, "Results could not be interpreted: "), settled=True,
        evidence=tuple(one.reference for one in told if one.reference.count("/") == 1 and not one.reference.endswith("?")),
        found=tuple(_line(one) for one in told[:MOST_LINES]) + ((f"and {len(told) - MOST_LINES} more",) if len(told) > MOST_LINES else ()),
        meaning="They count neither as normal nor as abnormal, nor as done.",
        advice=("Look at the original report, and have value, unit or date corrected in the record.",))


def _concerns(case: Case, one: Unreadable) -> bool:
    """A result or a resource that a rule of this call needs, or a dose; a broken resource without a code, always."""
    return not one.concepts or bool(one.concepts & (case.needed | {c.ALEMTUZUMAB.name}))


def _newest(case: Case, one: Unreadable) -> bool:
    """True while no readable result of the same analyte is as new, and it is not too old to be told."""
    if one.when is None or one.ahead or c.ALEMTUZUMAB.name in one.concepts:
        return True
    limit = SCREENING_DAYS if not case.viewing and one.concepts & SCREENING else TOLD_DAYS
    if case.age_in_days(one.when) > limit:
        return False
    parts = [part for name in one.concepts for part in PARTS.get(name, ())]
    if parts:
        return not any(result.when.last >= one.when.first for part in parts for result in case.record.labs(part))
    return not any(_as_new(result, one) for name in one.concepts for result in case.record.results.get(name, ()))


def _as_new(result: Result, one: Unreadable) -> bool:
    if result.when.last != one.when.last:
        return result.when.last > one.when.last
    both = result.when.instant is not None and one.when.instant is not None
    return both and result.when.instant >= one.when.instant


def _latest_of_each(told: list[Unreadable]) -> list[Unreadable]:
    """Of several unreadable results of one analyte the newest, and those dated ahead."""
    kept: dict[object, Unreadable] = {}
    for one in told:
        single = one.when is None or one.ahead or not one.concepts or c.ALEMTUZUMAB.name in one.concepts
        key = (one.reference, one.reason, one.concepts) if single else one.concepts
        other = kept.get(key)
        if other is None or (one.when and other.when and one.when.last > other.when.last):
            kept[key] = one
    return list(kept.values())


def _name(one: Unreadable) -> str:
    known = sorted(c.CONCEPTS[name].title for name in one.concepts if name in c.CONCEPTS)
    return known[0] if known else one.name or one.reference


def _line(one: Unreadable) -> str:
    sent = f" {one.sent}" if one.sent else ""
    named = f" ({one.name})" if one.name and one.name != _name(one) else ""
    return f"{_name(one)}{sent}{named}, {one.when or 'no date'}: {one.reason}, cannot judge [{one.reference}]"


RULE = Rule(
    id="results-unreadable",
    title="Results that could not be interpreted",
    hooks=EVERY_HOOK,
    gate=RECORD,
    band="record",
    source=Citation(us="5.1", evidence="implementation choice", protocol="C.0 missing or unreadable data, C.6; rulings 1, 2, 28"),
    evaluate=evaluate,
    examples=EXAMPLES,
)
