"""
HIV infection.

Why it matters: alemtuzumab removes CD4+ cells for months, the very cells that HIV infection destroys.
Speaks when alemtuzumab is planned and the record holds a diagnosis of HIV, a positive test, or one that was never resolved.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import dated, over, told
from cds_services.clinical.hiv import CONFLICT, INFECTED, UNCONFIRMED, HivEvidence, hiv_evidence
from cds_services.clinical.plans import OVERRIDING, removals
from cds_services.results import told as result_told
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    EVERY_HOOK,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.contraindications.hiv_positive_examples import EXAMPLES

SUMMARIES = {
    INFECTED: "LEMTRADA is contraindicated: HIV infection on record ({})",
    UNCONFIRMED: "HIV infection on record, not confirmed ({}): resolve before LEMTRADA",
    CONFLICT: "HIV tests contradict one another ({}): resolve before LEMTRADA",
}
INCONCLUSIVE_SUMMARY = "HIV status is inconclusive ({}): resolve before LEMTRADA"


def evaluate(case: Case) -> Outcome:
    found = hiv_evidence(case)
    if found is None:
        return Silent("no evidence of HIV infection on record")
    forbids = found.kind == INFECTED
    return Finding(
        indicator=CRITICAL if forbids else WARNING, summary=SUMMARIES.get(found.kind, INCONCLUSIVE_SUMMARY).format(_date(found)),
        evidence=evidence_of(*found.conditions, *found.results),
        found=(*(told(one) for one in found.conditions), *(result_told(one) for one in found.results)),
        meaning="HIV infection is a contraindication to LEMTRADA." + ("" if forbids else " It is neither shown nor excluded."),
        advice=_advice(case, found), suggestions=removals(case) if forbids else (),
        overrides=CONTRAINDICATION_OVERRIDES if forbids else None)


def _date(found: HivEvidence) -> str:
    return dated(found.conditions[0]) if found.conditions else str(found.results[0].when)


def _advice(case: Case, found: HivEvidence) -> tuple[str, ...]:
    if found.kind != INFECTED:
        return ("Resolve it before the infusion: repeat the antigen/antibody test and HIV RNA, or correct the entry.",)
    ended = [one for one in found.conditions if over(one, case)]
    check = tuple(f"HIV infection does not resolve, yet it is marked {one.clinical or 'ended'}: check the entry." for one in ended)
    return ("Do not give LEMTRADA.", *check, OVERRIDING)


RULE = Rule(
    id="hiv-positive",
    title="HIV infection",
    hooks=EVERY_HOOK,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="4", eu="4.3", protocol="C.1 hiv-positive"),
    to_find=(c.HIV_INFECTION, c.HIV_INCONCLUSIVE, c.HIV_TEST, c.HIV_RNA, c.HIV_IMMUNOBLOT),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
