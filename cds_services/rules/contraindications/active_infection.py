"""
Active infection.

Why it matters: alemtuzumab depletes lymphocytes for months; an infection that is there already can become severe or fatal.
Speaks when alemtuzumab is planned and an infection on record is not over, or fever was measured in the 48 hours before the start.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from cds_services import concepts as c
from cds_services.clinical.diagnoses import age, over, told, uncertain
from cds_services.clinical.fever import FEVER_FROM
from cds_services.clinical.plans import OVERRIDING, removals
from cds_services.dates import end_of
from cds_services.events import Condition, Medication, Result
from cds_services.results import at_least, plain, straddles
from cds_services.results import told as result_told
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    EVERY_HOOK,
    INFO,
    LEVEL,
    PLANNED,
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
from cds_services.rules.contraindications.active_infection_examples import EXAMPLES
from cds_services.wording import fit, listed

RECENT_DAYS = 90  # days since the later of onset and recorded date, critical up to them [impl]: protocol C.1 active-infection, ruling 3
FEVER_HOURS = 48  # hours before the planned start in which a temperature counts [impl]: protocol C.1 active-infection

_ANTI_INFECTIVE_NAME = re.compile(
    r"cillin|floxacin|cycline|\bcef|\bceph|penem\b|azithromycin|clarithromycin|erythromycin|clindamycin|gentamicin|vancomycin|fosfomycin"
    r"|sulfamethoxazole|trimethoprim|nitrofurantoin|metronidazole|linezolid|(flu|vori|posa|itra)conazole|caspofungin|amphotericin"
    r"|oseltamivir|ganciclovir|remdesivir|nirmatrelvir", re.I)


def evaluate(case: Case) -> Outcome:
    found = case.record.conditions(c.ACTIVE_INFECTION, c.TB_ACTIVE)
    infections = sorted(((one, _indicator(case, one)) for one in found if not over(one, case)), key=lambda pair: -LEVEL[pair[1]])
    fever, drugs = _fever(case), _anti_infectives(case)
    if infections:
        return _infection(case, infections, fever, drugs)
    if fever is not None:
        return _fever_alone(fever, drugs)
    if drugs:
        return _drug_alone(drugs)
    return Silent("no active infection on record")


def _indicator(case: Case, one: Condition) -> str:
    """The tier: an entry older than 90 days, a minor or an uncertain infection is a warning, and in Europe one that is not severe."""
    days = age(one, case)
    minor = one.of(c.MINOR_INFECTION) and not one.of(c.SEVERE_INFECTION)
    if uncertain(one) or minor or (days is not None and days > RECENT_DAYS):
        return WARNING
    return CRITICAL if case.policy.any_infection_contraindicates or _severe(one) else WARNING


def _severe(one: Condition) -> bool:
    """Severe by the diagnosis's own severity or by its code (ruling 42)."""
    return one.severity == "severe" or any(one.of(kind) for kind in (c.SEVERE_INFECTION, c.TB_ACTIVE, c.LISTERIOSIS, c.PML))


def _fever(case: Case) -> Result | None:
    """The newest temperature of 38.0 degrees or more in the 48 hours before the start, where that is today before now."""
    zone = case.now.tzinfo
    start = case.now if case.planned_start <= case.today else datetime.combine(case.planned_start, time.min, zone)
    earliest = start - timedelta(hours=FEVER_HOURS)
    hot = [one for one in case.record.labs(c.TEMPERATURE) if at_least(one, FEVER_FROM) or straddles(one, FEVER_FROM)]
    return next((one for one in reversed(hot) if end_of(one.when, zone) >= earliest), None)


def _anti_infectives(case: Case) -> tuple[Medication, ...]:
    """Active orders for systemic anti-infectives, herpes prophylaxis apart."""
    active = {one.reference: one for kind in (c.ANTI_INFECTIVE, c.TB_TREATMENT) for one in case.active_drugs(kind)}
    named = [one for one in case.record.every_drug if _ANTI_INFECTIVE_NAME.search(one.name) and one.status == "active"
             and not one.do_not_perform and (one.end is None or one.end.last >= case.today)]
    both = {**active, **{one.reference: one for one in named}}.values()
    return tuple(one for one in both if one.kind == "request" and one.route != "topical" and not one.of(c.HERPES_ANTIVIRAL))


def _infection(case: Case, infections: list[tuple[Condition, str]], fever: Result | None, drugs: tuple[Medication, ...]) -> Finding:
    indicator = infections[0][1]
    named = dict.fromkeys(one.name or "infection" for one, level in infections if level == indicator)
    forbids = "any active infection" if case.policy.any_infection_contraindicates else "severe active infection until it is resolved"
    return Finding(
        indicator=indicator, summary=listed(named, "Active infection on record: ", ". Do not start LEMTRADA until resolved"),
        evidence=evidence_of(*(one for one, _ in infections), fever),
        found=(*(told(one) for one, _ in infections), *_lines(fever, drugs)),
        meaning=f"LEMTRADA is contraindicated in {forbids}.", advice=_advice(case, infections, indicator),
        suggestions=(*removals(case, " until the infection is resolved"), OrderTest(c.INFECTIOUS_DISEASE_REFERRAL)),
        overrides=CONTRAINDICATION_OVERRIDES if indicator == CRITICAL else None)


def _lines(fever: Result | None, drugs: tuple[Medication, ...]) -> tuple[str, ...]:
    return (*((result_told(fever),) if fever else ()), *(f"Anti-infective drug active: {one.name}" for one in drugs))


def _advice(case: Case, infections: list[tuple[Condition, str]], indicator: str) -> tuple[str, ...]:
    lines = ["Delay the infusion until the infection is resolved."] if indicator == CRITICAL else []
    for one, level in infections:
        days = age(one, case)
        if level == CRITICAL:
            continue
        if uncertain(one):
            lines.append(f"{one.name}: not confirmed; settle the diagnosis before the infusion.")
        elif days is not None and days > RECENT_DAYS:
            lines.append(f"{one.name}: on record for {days} days; confirm whether it is resolved and correct the entry.")
        elif one.of(c.MINOR_INFECTION):
            lines.append(f"{one.name}: minor or superficial; judge whether it must be treated first.")
        else:
            lines.append(f"{one.name}: is it severe? A severe active infection forbids LEMTRADA until it is completely resolved.")
    return (*dict.fromkeys(lines), *((OVERRIDING,) if indicator == CRITICAL else ()))


def _fever_alone(fever: Result, drugs: tuple[Medication, ...]) -> Finding:
    return Finding(
        indicator=WARNING, summary=f"Fever {fever.comparator}{plain(fever.number)} °C ({fever.when}): exclude infection before LEMTRADA",
        evidence=evidence_of(fever), found=_lines(fever, drugs), meaning="Fever before the infusion may be an infection.",
        advice=("Exclude an active infection before the infusion; do not wave fever through as common.",))


def _drug_alone(drugs: tuple[Medication, ...]) -> Finding:
    return Finding(
        indicator=INFO, evidence=evidence_of(*drugs), found=_lines(None, drugs),
        summary=fit("Anti-infective drug active: ", drugs[0].name, ". Exclude active infection before LEMTRADA"),
        meaning="An anti-infective drug is ordered, and no infection is on record.",
        advice=("Ask what it is for; record the infection, or that there is none.",))


RULE = Rule(
    id="active-infection",
    title="Active infection",
    hooks=EVERY_HOOK,
    gate=PLANNED,
    band="infection",
    source=Citation(us="4, Infections", eu="4.3, 4.4", evidence="label; ages and tiers implementation choice",
                    protocol="C.1 active-infection, F"),
    to_find=(c.ACTIVE_INFECTION, c.MINOR_INFECTION, c.SEVERE_INFECTION, c.TB_ACTIVE, c.LISTERIOSIS, c.PML, c.TEMPERATURE),
    to_soften=(c.ANTI_INFECTIVE, c.TB_TREATMENT, c.INFECTIOUS_DISEASE_REFERRAL),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
