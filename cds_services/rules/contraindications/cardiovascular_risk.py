"""
Cardiovascular or bleeding risk before alemtuzumab.

Why it matters: stroke, arterial dissection, heart attack and bleeding have followed infusions within days, some fatal.
Speaks when alemtuzumab is drafted and stroke, dissection, angina or heart attack, high blood pressure, coagulopathy, an
anticoagulant or an antiplatelet drug is on record: a warning in the US, a contraindication in the EU.
"""

from __future__ import annotations

from typing import NamedTuple

from cds_services import concepts as c
from cds_services.clinical.blood_pressure import READING_DAYS, recent_readings
from cds_services.clinical.diagnoses import over, told, uncertain
from cds_services.clinical.plans import removals
from cds_services.record import Condition, Event
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    LEVEL,
    ORDER_HOOKS,
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
from cds_services.rules.contraindications.cardiovascular_risk_examples import EXAMPLES
from cds_services.wording import fit

ONCE_IS_ENOUGH = (c.STROKE, c.STROKE_HISTORY, c.ARTERIAL_DISSECTION, c.ANGINA_MI, c.ANGINA_MI_HISTORY)  # a history counts as the event
CLOTTING = (c.COAGULOPATHY, c.ACQUIRED_HEMOPHILIA)
CLOTTING_DRUGS = (c.ANTICOAGULANT, c.ANTIPLATELET)


class Risk(NamedTuple):
    """One reason: how strongly it speaks, its name for the summary, a line, the facts."""

    indicator: str
    name: str
    line: str
    events: tuple[Event, ...]


def evaluate(case: Case) -> Outcome:
    risks = sorted([*_conditions(case), *_drugs(case), *_pressure(case)], key=lambda one: -LEVEL[one.indicator])
    if not risks:
        return Silent("no cardiovascular or bleeding risk found")
    first = risks[0]
    return Finding(
        indicator=first.indicator, summary=fit("", first.name, " on record: cardiovascular or bleeding risk with LEMTRADA"),
        evidence=evidence_of(*(event for one in risks for event in one.events)), found=tuple(one.line for one in risks),
        meaning=_meaning(case), advice=_advice(first), suggestions=removals(case) if first.indicator == CRITICAL else (),
        overrides=CONTRAINDICATION_OVERRIDES if first.indicator == CRITICAL else None)


def _strong(case: Case) -> str:
    return CRITICAL if case.policy.european_contraindications else WARNING


def _conditions(case: Case) -> list[Risk]:
    """A history of stroke, dissection, angina or heart attack counts whatever its status; a TIA is a warning everywhere."""
    record = case.record
    found = [(one, _strong(case)) for one in record.conditions(*ONCE_IS_ENOUGH)]
    found += [(one, WARNING if over(one, case) else _strong(case)) for one in record.conditions(*CLOTTING)]
    found += [(one, _strong(case)) for one in record.conditions(c.UNCONTROLLED_HYPERTENSION) if not over(one, case)]
    found += [(one, WARNING) for one in record.conditions(c.TIA)]
    return [_risk(one, indicator) for one, indicator in found]


def _risk(one: Condition, indicator: str) -> Risk:
    return Risk(WARNING if uncertain(one) else indicator, one.name or "Condition", told(one), (one,))


def _drugs(case: Case) -> list[Risk]:
    """Anticoagulants and antiplatelets that are taken: active orders and statements, or long-term use by code."""
    taken = {one.reference: one for concept in CLOTTING_DRUGS for one in case.active_drugs(concept)
             if one.intent not in ("proposal", "plan")}
    coded = [one for one in case.record.conditions(*CLOTTING_DRUGS) if not over(one, case)]
    return [*(Risk(_strong(case), one.name or "Anticoagulant", f"{one.name}: active ({one.kind}, {one.when or one.authored or 'no date'})",
                   (one,)) for one in taken.values()), *(_risk(one, _strong(case)) for one in coded)]


def _pressure(case: Case) -> list[Risk]:
    """The newest reading, where it is high; with no other reading in the last 30 days it is a warning."""
    readings = recent_readings(case)
    if not readings or not readings[-1].high:
        return []
    single = sum(one.count for one in readings) == 1
    number = "the only reading" if single else "the newest reading"
    return [Risk(WARNING if single else _strong(case), f"Blood pressure {readings[-1].told}",
                 f"Blood pressure {readings[-1].told}: {number} of the last {READING_DAYS} days", readings[-1].results)]


def _meaning(case: Case) -> str:
    if case.policy.european_contraindications:
        return ("Stroke, dissection of a cervicocephalic artery, angina or heart attack, uncontrolled hypertension, coagulopathy and "
                "treatment with antiplatelets or anticoagulants are contraindications in the European product information.")
    return "Stroke, arterial dissection, heart attack and lung bleeding have been reported within days of an infusion."


def _advice(first: Risk) -> tuple[str, ...]:
    if first.indicator == CRITICAL:
        return ("Do not start LEMTRADA under the European product information.", "If the entry is wrong or over, correct the record.")
    return ("Consider extra monitoring: predisposing heart or lung disease. Measure blood pressure before and during the infusion.",)


RULE = Rule(
    id="cardiovascular-risk",
    title="Cardiovascular or bleeding risk",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="5.2, 5.3", eu="4.3, 4.4", evidence="label; blood pressure limits implementation choice",
                    protocol="C.1 cardiovascular-risk; F"),
    to_find=(*ONCE_IS_ENOUGH, c.TIA, *CLOTTING, c.UNCONTROLLED_HYPERTENSION, *CLOTTING_DRUGS, c.BLOOD_PRESSURE),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
