"""
Hypersensitivity to alemtuzumab.

Why it matters: a second infusion after anaphylaxis can kill; serious reactions occurred in trials and after approval.
Speaks when alemtuzumab is planned and the record holds an allergy to it or to an excipient, or anaphylaxis in or after an infusion.
"""

from __future__ import annotations

from typing import NamedTuple

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told
from cds_services.clinical.plans import OVERRIDING, removals
from cds_services.clinical.reactions import anaphylaxes, names_anaphylaxis, stopped
from cds_services.events import Allergy, Event
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    EVERY_HOOK,
    LEVEL,
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
from cds_services.rules.contraindications.hypersensitivity_examples import EXAMPLES
from cds_services.wording import fit

AFTER_INFUSION_HOURS = 24  # hours after the end of an infusion in which anaphylaxis is taken as its effect [impl]: protocol C.1

FORBIDS = "Alemtuzumab hypersensitivity on record: LEMTRADA is contraindicated"
INTOLERANCE = "Alemtuzumab intolerance of low criticality on record: infusion-reaction entry? Review before LEMTRADA"


class Sign(NamedTuple):
    """One thing that speaks for hypersensitivity: how loudly, in which words, the event and its line."""

    indicator: str
    summary: str
    event: Event
    line: str


def evaluate(case: Case) -> Outcome:
    signs = [_alemtuzumab(one) for one in case.record.allergies if one.of(c.ALEMTUZUMAB_ALLERGEN)]
    signs += [Sign(CRITICAL, FORBIDS, one, told(one)) for one in anaphylaxes(case, AFTER_INFUSION_HOURS)]
    signs += [Sign(CRITICAL, FORBIDS, dose.event, f"Infusion of {dose.start} stopped: {dose.event.reason}")
              for dose in stopped(case) if names_anaphylaxis(dose.event.reason)]
    signs += [_excipient(one) for one in case.record.allergies if one.of(c.EXCIPIENT_ALLERGEN) and not one.of(c.ALEMTUZUMAB_ALLERGEN)]
    if not signs:
        return Silent("no hypersensitivity to alemtuzumab on record")
    loudest = max(signs, key=lambda one: LEVEL[one.indicator])
    forbids = loudest.indicator == CRITICAL
    return Finding(
        indicator=loudest.indicator, summary=loudest.summary, evidence=evidence_of(*(one.event for one in signs)),
        found=tuple(one.line for one in signs),
        meaning="LEMTRADA is contraindicated after hypersensitivity or anaphylaxis to alemtuzumab or to any excipient.",
        advice=_advice(forbids), suggestions=removals(case) if forbids else (),
        overrides=CONTRAINDICATION_OVERRIDES if forbids else None)


def _alemtuzumab(one: Allergy) -> Sign:
    """An entry that is inactive, or an intolerance of low criticality without anaphylaxis, is reviewed; any other forbids."""
    if one.clinical in ("inactive", "resolved"):
        return Sign(WARNING, f"Alemtuzumab hypersensitivity on record, marked {one.clinical}: review before LEMTRADA", one, _line(one))
    if one.type == "intolerance" and one.criticality == "low" and not _anaphylactic(one):
        return Sign(WARNING, INTOLERANCE, one, _line(one))
    return Sign(CRITICAL, FORBIDS, one, _line(one))


def _anaphylactic(one: Allergy) -> bool:
    return c.ANAPHYLAXIS.name in one.manifestations or names_anaphylaxis(f"{one.manifestation_text}; {one.name}")


def _excipient(one: Allergy) -> Sign:
    """LEMTRADA holds polysorbate 80 and disodium edetate; an entry about one of them is mostly known by its words."""
    return Sign(WARNING, fit("", one.name, ": hypersensitivity to an excipient of LEMTRADA on record, review"), one, _line(one))


def _line(one: Allergy) -> str:
    criticality = f"criticality {one.criticality}" if one.criticality else ""
    parts = (one.type or "allergy", one.clinical or "no clinical status", one.verification, criticality, one.manifestation_text,
             f"dated {one.when}" if one.when else "no date")
    return f"{one.name}: {', '.join(part for part in parts if part)}"


def _advice(forbids: bool) -> tuple[str, ...]:
    if forbids:
        return ("Do not give LEMTRADA.", OVERRIDING)
    return ("Review what happened: an infusion reaction is not an allergy, anaphylaxis forbids a further dose. Correct the entry.",)


RULE = Rule(
    id="hypersensitivity",
    title="Hypersensitivity to alemtuzumab",
    hooks=EVERY_HOOK,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="4", eu="4.3", evidence="label; hours implementation choice", protocol="C.1 hypersensitivity"),
    to_find=(c.ALEMTUZUMAB_ALLERGEN, c.EXCIPIENT_ALLERGEN, c.ANAPHYLAXIS, c.INFUSIONS),
    highest=CRITICAL,
    leukemia_too=True,
    evaluate=evaluate,
    examples=EXAMPLES,
)
