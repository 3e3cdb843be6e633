"""
Vaccine given less than six weeks before alemtuzumab.

Why it matters: the response to any vaccine, live or not, may be lost when lymphocytes fall soon after it.
Speaks, as a line of the checklist, when any vaccine was given less than 42 days before the planned start.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pretreatment import start_line
from cds_services.clinical.vaccines import BEFORE_COURSE, days_before, told
from cds_services.rule import INFO, ORDER_HOOKS, PLANNED, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    recent = [one for one in case.record.all_immunizations if (days := days_before(case, one)) is not None and 0 <= days < BEFORE_COURSE]
    if not recent:
        return Silent(f"no vaccine found in the {BEFORE_COURSE} days before the planned start")
    return Finding(
        indicator=INFO, summary="Complete needed immunizations at least 6 weeks before LEMTRADA", evidence=evidence_of(*recent),
        found=(*(told(case, one) for one in recent), *start_line(case)),
        meaning="The response to a vaccine given less than 6 weeks before the first infusion may be reduced.",
        advice=("Review immunizations before the course; consider whether the response needs to be checked.",), short="recent vaccine")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Complete needed immunizations at least 6 weeks before LEMTRADA"
OTHER = {"resourceType": "Immunization", "id": "tetanus", "status": "completed", "patient": {"reference": "Patient/example"},
         "vaccineCode": {"text": "Tetanus toxoid"}, "occurrenceDateTime": "2024-02-01"}

EXAMPLES = (
    Example("recombinant zoster vaccine 41 days before (E60)", info=SUMMARY,
            timeline=DRAFT + "2024-01-02  immunization  not-live-common-confusers code=187", says=("41 d before",)),
    Example("42 days before passes", timeline=DRAFT + "2024-01-01  immunization  not-live-common-confusers code=187",
            silent="no vaccine found in the 42 days before the planned start"),
    Example("a vaccine that no value set knows", timeline=DRAFT, resources=(OTHER,), info=SUMMARY, says=("Tetanus",)),
    Example("a live vaccine counts as any other", timeline=DRAFT + "2024-01-20  immunization  live-vaccines code=03", info=SUMMARY),
    Example("a vaccine dated after the planned start is not before it",
            timeline=DRAFT + "2024-02-20  immunization  not-live-common-confusers code=187", silent=True),
    Example("a vaccine that was not given",
            timeline=DRAFT + "2024-01-20  immunization  live-vaccines code=03 status=not-done", silent=True),
    Example("immunizations could not be read", timeline=DRAFT, failed=("immunizations",), not_assessed=True),
)

RULE = Rule(
    id="immunization-review",
    title="Vaccine less than six weeks before the course",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="2, Infections", eu="4.4", protocol="C.1 immunization-review; D15"),
    to_find=(c.LIVE_VACCINE, c.AMBIGUOUS_VACCINE, c.NOT_LIVE_VACCINE),
    card="preTreatmentChecklist",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
