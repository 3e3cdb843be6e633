"""
Reaction to an earlier infusion.

Why it matters: nearly everyone reacts to alemtuzumab; who reacted severely needs more premedication, or no further dose at all.
Speaks at the next order where an earlier infusion was stopped or a reaction was recorded near it, and no allergy entry says so.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told
from cds_services.clinical.reactions import anaphylaxes, reactions, remarked, stopped
from cds_services.events import Condition
from cds_services.exposure import Dose
from cds_services.rule import (
    ORDER_HOOKS,
    ORDER_SIGN,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)

AFTER_INFUSION_HOURS = 48  # hours after the end of an infusion in which a reaction is taken as its effect [impl]: protocol C.1, ruling 41
ANAPHYLAXIS_HOURS = 24  # hours in which anaphylaxis is hypersensitivity and that rule's to tell [impl]: protocol C.1 hypersensitivity


def evaluate(case: Case) -> Outcome:
    if any(one.of(c.ALEMTUZUMAB_ALLERGEN) for one in case.record.allergies):
        return Silent("an allergy to alemtuzumab is on record: hypersensitivity speaks", settled=True)
    doses = {dose.reference: dose for dose in (*stopped(case), *remarked(case))}
    told_already = anaphylaxes(case, ANAPHYLAXIS_HOURS)
    found = tuple(one for one in reactions(case, AFTER_INFUSION_HOURS) if one not in told_already)
    if not doses and not found:
        return Silent("no earlier infusion was stopped, and no reaction is recorded near one")
    return Finding(
        indicator=WARNING, evidence=evidence_of(*(dose.event for dose in doses.values()), *found),
        summary=f"Earlier LEMTRADA infusion stopped or reaction recorded {_latest(doses, found)}: review before next dose",
        found=(*(_line(dose) for dose in doses.values()), *(told(one) for one in found)),
        meaning="An infusion was stopped or a reaction was recorded, and there is no allergy entry that says how severe it was.",
        advice=("Review the severity; escalate the premedication.", "Exclude anaphylaxis: it forbids a further dose."))


def _latest(doses: dict[str, Dose], found: tuple[Condition, ...]) -> str:
    """The newest of their dates, as it is known."""
    dates = [dose.start for dose in doses.values()] + [one.when for one in found]
    return str(max(dates, key=lambda when: (when.last, when.text)))


def _line(dose: Dose) -> str:
    why = f": {dose.event.reason}" if dose.event.reason else ""
    amount = f", {dose.milligrams.normalize():f} mg" if dose.milligrams is not None else ""
    return f"Infusion of {dose.start}{amount}, {dose.event.status}{why}"


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=3\n"
INFUSION = "2023-02-06T09:00  dose  alemtuzumab-lemtrada 12 mg ended=2023-02-06T13:00\n"
RECORDED = "Earlier LEMTRADA infusion stopped or reaction recorded {}: review before next dose"
REACTION = "condition  infusion-reaction code=4386001"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


EXAMPLES = (
    _signed("infusion stopped after 2 mg (E12)", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped",
            warning=RECORDED.format("2023-02-06"), says=("Exclude anaphylaxis", "2 mg, stopped")),
    Example("while the order is selected", timeline=DRAFT + "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped",
            warning=RECORDED.format("2023-02-06")),
    _signed("infusion completed, nothing recorded", INFUSION,
            silent="no earlier infusion was stopped, and no reaction is recorded near one"),
    _signed("infusion on hold is not stopped", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=on-hold", silent=True),
    _signed("an order that was stopped is no infusion", "2023-02-06  medication  alemtuzumab-lemtrada 12 mg status=stopped", silent=True),
    _signed("never treated", silent=True),
    _signed("bronchospasm in the infusion", INFUSION + f"2023-02-06T10:00  {REACTION}", warning=RECORDED.format("2023-02-06")),
    _signed("48 hours after the end", INFUSION + f"2023-02-08T13:00  {REACTION}", warning=RECORDED.format("2023-02-08")),
    _signed("a minute later than that", INFUSION + f"2023-02-08T13:01  {REACTION}", silent=True),
    _signed("before the infusion", INFUSION + f"2023-02-05  {REACTION}", silent=True),
    _signed("known to the day, two days after", INFUSION + f"2023-02-08  {REACTION}", warning=RECORDED.format("2023-02-08")),
    _signed("known to the day, three days after", INFUSION + f"2023-02-09  {REACTION}", silent=True),
    _signed("adverse effect of a drug within 48 hours", INFUSION + "2023-02-07  condition  infusion-reaction code=T88.7XXA "
            "text=Adverse_effect_of_drug system=http://hl7.org/fhir/sid/icd-10-cm", warning=RECORDED.format("2023-02-07")),
    _signed("adverse effect of a drug weeks later", INFUSION + "2023-03-20  condition  infusion-reaction code=T88.7XXA "
            "text=Adverse_effect_of_drug system=http://hl7.org/fhir/sid/icd-10-cm", silent=True),
    _signed("in words, not coded", INFUSION + "2023-02-07  condition  - text=Infusion-related_reaction_grade_3 clinical=resolved",
            warning=RECORDED.format("2023-02-07")),
    _signed("refuted", INFUSION + f"2023-02-06T10:00  {REACTION} verification=refuted", silent=True),
    _signed("anaphylaxis within 24 hours is hypersensitivity", INFUSION + "2023-02-06T10:00  condition  anaphylaxis", silent=True),
    _signed("anaphylaxis after 30 hours", INFUSION + "2023-02-07T19:00  condition  anaphylaxis", warning=RECORDED.format("2023-02-07")),
    _signed("stopped, and an allergy entry says it", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped\n"
            "2023-02-06  allergy  hypersensitivity-substance", silent="an allergy to alemtuzumab is on record: hypersensitivity speaks"),
    _signed("stopped, and the allergy entry is refuted", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped\n"
            "2023-02-06  allergy  hypersensitivity-substance verification=refuted", warning=RECORDED.format("2023-02-06")),
    _signed("the newest date is told", "2021-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped\n" + INFUSION
            + f"2023-02-07  {REACTION}", warning=RECORDED.format("2023-02-07")),
    _signed("on the chart it does not speak", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped", draft="", hook="patient-view",
            silent=True),
    _signed("administrations could not be read", failed=("medicationAdministrations",), not_assessed=True),
    _signed("allergies could not be read, the infusion was stopped", "2023-02-06  dose  alemtuzumab-lemtrada 2 mg status=stopped",
            failed=("allergies",), warning=RECORDED.format("2023-02-06")),
)

RULE = Rule(
    id="infusion-reaction-history",
    title="Reaction to an earlier infusion",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="5.2", evidence="label; hours implementation choice", protocol="C.1 infusion-reaction-history"),
    to_find=(c.INFUSIONS, c.INFUSION_REACTION, c.ANAPHYLAXIS),
    to_soften=(c.ALEMTUZUMAB_ALLERGEN,),
    evaluate=evaluate,
    examples=EXAMPLES,
)
