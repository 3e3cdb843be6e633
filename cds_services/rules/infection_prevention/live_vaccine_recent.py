"""
Live vaccine less than six weeks before alemtuzumab.

Why it matters: a live vaccine needs an immune response; lymphocytes fall within days of the infusion, and the vaccine
itself can then cause disease.
Speaks when a live vaccine was given less than 42 days before the planned start or is dated after it, when its date
cannot be read, and when a vaccine that may be live was given in that time.
"""

from __future__ import annotations

from datetime import date

from cds_services import concepts as c
from cds_services.clinical.pretreatment import start_line
from cds_services.clinical.vaccines import BEFORE_COURSE, days_before, earliest_start, given_on, told
from cds_services.record import Immunization
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    ORDER_HOOKS,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Finding,
    MoveDraft,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.infection_prevention.live_vaccine_recent_examples import EXAMPLES
from cds_services.wording import fit


def evaluate(case: Case) -> Outcome:
    given = case.record.immunizations(c.LIVE_VACCINE, c.AMBIGUOUS_VACCINE)
    live = [one for one in given if one.of(c.LIVE_VACCINE)]
    close = [one for one in live if _close(case, one)]
    undated = [one for one in live if one.when is None]
    unclear = [one for one in given if one not in live and _close(case, one)]
    broken = case.record.unread(c.LIVE_VACCINE, c.AMBIGUOUS_VACCINE)
    if not (close or undated or unclear or broken):
        return Silent(f"no live vaccine found in the {BEFORE_COURSE} days before the planned start")
    lines = (*(told(case, one) for one in (*close, *undated)), *(f"may be live: {told(case, one)}" for one in unclear),
             *(f"{one.reference}: {one.reason}" for one in broken), *start_line(case))
    evidence = (*evidence_of(*close, *undated, *unclear), *(one.reference for one in broken))
    if close:
        return _conflict(case, max(close, key=lambda one: given_on(case, one)), lines, evidence)
    return Finding(
        indicator=WARNING, summary=_summary(case, undated, unclear), evidence=evidence, found=lines, meaning=_meaning(),
        advice=("Find out which vaccine it was and on which day, and correct the record before the infusion.",))


def _close(case: Case, one: Immunization) -> bool:
    days = days_before(case, one)
    return days is not None and days < BEFORE_COURSE


def _conflict(case: Case, latest: Immunization, lines: tuple[str, ...], evidence: tuple[str, ...]) -> Finding:
    days, start = days_before(case, latest), earliest_start(given_on(case, latest))
    place = f" {days} days before planned LEMTRADA" if days >= 0 else f" dated {latest.when}, after planned LEMTRADA"
    return Finding(
        indicator=CRITICAL, summary=fit("Live vaccine ", latest.name or "(unnamed)", f"{place}; earliest start {start}"),
        evidence=evidence, found=lines, meaning=_meaning(),
        advice=(f"Do not start before {start}.", "If the vaccine or its date is wrong, correct the record."),
        suggestions=_moves(case, start), overrides=CONTRAINDICATION_OVERRIDES)


def _moves(case: Case, start: date) -> tuple[MoveDraft, ...]:
    """One suggestion for each alemtuzumab draft: the plan as a whole begins on that day, also where its own dates have passed."""
    if not case.plan.drafted:
        return ()
    first = min((one.when.first for one in case.plan.orders if one.when), default=case.plan.start)
    target, several = start + (case.plan.start - first), len(case.plan.references) > 1
    return tuple(MoveDraft(one, target, f"Move the start to {start}" + (f" ({one})" if several else "")) for one in case.plan.references)


def _summary(case: Case, undated: list[Immunization], unclear: list[Immunization]) -> str:
    if undated:
        return fit("Live vaccine ", undated[0].name or "(unnamed)", ": date unreadable, must be 42 days before LEMTRADA")
    if unclear:
        days = days_before(case, unclear[0])
        place = f"{days} days before" if days >= 0 else f"dated {unclear[0].when}, after"
        return fit("Vaccine ", unclear[0].name or "(unnamed)", f" may be live, {place} planned LEMTRADA: clarify")
    return "Vaccine record that may be of a live vaccine cannot be read: clarify before LEMTRADA"


def _meaning() -> str:
    return "Needed immunizations are to be complete at least 6 weeks before the first infusion; 42 days exactly suffice."


RULE = Rule(
    id="live-vaccine-recent",
    title="Live vaccine less than six weeks before the course",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="vaccine",
    source=Citation(us="2, Infections", eu="4.4", protocol="C.1 live-vaccine-recent; D15; B.5"),
    to_find=(c.LIVE_VACCINE, c.AMBIGUOUS_VACCINE),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
