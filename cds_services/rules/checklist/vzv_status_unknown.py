"""
Varicella immunity not documented before alemtuzumab.

Why it matters: varicella and disseminated zoster can be severe after alemtuzumab, and the vaccine is live: it must come
at least six weeks before the first infusion, or not at all.
Speaks, as part of the checklist, unless a positive antibody, two doses of vaccine, or the disease itself is on record.
This service never suggests ordering a live vaccine.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import uncertain
from cds_services.clinical.pretreatment import ordered, placed
from cds_services.clinical.serology import NEGATIVE, POSITIVE, answer
from cds_services.record import Immunization, Result
from cds_services.results import newest, told
from cds_services.rule import INFO, ORDER_HOOKS, PLANNED, WARNING, Case, Citation, Finding, OrderTest, Outcome, Rule, Silent, evidence_of
from cds_services.rules.checklist.vzv_status_unknown_examples import EXAMPLES

DOSES = 2  # doses of varicella vaccine on different days that document immunity [impl]: protocol C.2 vzv-status-unknown


def evaluate(case: Case) -> Outcome:
    antibodies = [one for one in case.record.labs(c.VZV_IGG) if one.done]
    immune = [one for one in antibodies if _says(one) == POSITIVE]
    if immune:
        return Silent(f"varicella zoster IgG positive on {immune[-1].when}", settled=True)
    disease = [one for one in case.record.conditions(c.VARICELLA_HISTORY) if not uncertain(one)]
    if disease:
        return Silent(f"{disease[0].name} on record", settled=True)
    doses = case.record.immunizations(c.VARICELLA_VACCINE)
    if len({str(one.when) if one.when else one.reference for one in doses}) >= DOSES:
        return Silent(f"{DOSES} doses of varicella vaccine on record", settled=True)
    negative = next((one for one in newest(antibodies) if _says(one) == NEGATIVE), None)
    return _finding(case, negative, antibodies, doses)


def _says(one: Result) -> str:
    """positive or negative, by its words or by the laboratory's interpretation of a number."""
    if one.answer:
        return answer(one)
    return POSITIVE if "POS" in one.interpretation else NEGATIVE if "NEG" in one.interpretation else ""


def _finding(case: Case, negative: Result | None, antibodies: list[Result], doses: tuple[Immunization, ...]) -> Finding:
    order = None if negative else placed(case, c.VZV_IGG)
    unclear = [] if negative else [*antibodies[-1:], *(one for one in case.record.labs(c.VZV_IGG) if one.pending)]
    lines = [told(negative)] if negative else [f"Not decisive: {told(one)}" for one in unclear] or [
        "Varicella zoster IgG: none found in the records available to this service"]
    lines += [f"{one.name}: one dose, {one.when or one.words or 'no date'}" for one in doses[:1]]
    return Finding(
        indicator=INFO if order else WARNING, summary="Varicella immunity not documented before LEMTRADA",
        evidence=evidence_of(negative, *unclear, *doses, order), found=(*lines, *ordered(order)),
        meaning="A history of varicella, two doses of vaccine, or antibodies are looked for before treatment.",
        advice=_advice(case, negative), short="varicella immunity",
        suggestions=() if negative or order else (OrderTest(c.VZV_IGG, "15410-4"),))


def _advice(case: Case, negative: Result | None) -> tuple[str, ...]:
    if negative is None:
        return ("Ask for a history of chickenpox or zoster and for vaccinations; test antibodies where neither is certain.",)
    if case.exposure.exists:
        return ("Antibodies are negative after an earlier course: no live vaccine is to be given now; ask infectious diseases.",)
    return ("Antibodies are negative: vaccinate, then wait at least 6 weeks before the first infusion.",)


RULE = Rule(
    id="vzv-status-unknown",
    title="Varicella immunity not documented",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="Infections", eu="4.4", evidence="label", protocol="C.2 vzv-status-unknown; D13, D15"),
    to_miss=(c.VZV_IGG, c.VARICELLA_VACCINE, c.VARICELLA_HISTORY),
    to_soften=(c.ORDERS,),
    card="preTreatmentChecklist",
    evaluate=evaluate,
    examples=EXAMPLES,
)
