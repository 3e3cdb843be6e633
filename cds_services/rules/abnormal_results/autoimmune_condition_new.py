"""
New autoimmune condition after alemtuzumab.

Why it matters: alemtuzumab makes autoantibodies against many organs possible, years after a course; one autoimmune disease calls
for a look at the others, and for second thoughts before a further course.
Speaks when a condition of an autoimmune value set, or one whose name says so, began after the first dose. One card lists all.
"""

from __future__ import annotations

import re

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.record import Condition, total_order
from cds_services.rule import (
    EVERY_HOOK,
    EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.abnormal_results.autoimmune_condition_new_examples import EXAMPLES
from cds_services.wording import listed

AUTOIMMUNE = (c.ITP, c.ANTI_GBM, c.AUTOIMMUNE_THYROID, c.AUTOIMMUNE_CYTOPENIA, c.TTP, c.ACQUIRED_HEMOPHILIA, c.AUTOIMMUNE_HEPATITIS,
              c.ADULT_ONSET_STILL, c.OTHER_AUTOIMMUNE)
DATED_ALONE = (c.COLITIS, c.ENCEPHALITIS)  # people with MS carry such codes: only with an onset after the first dose (ruling 41)
NAMED = onset.naming(r"adult[- ]onset still|still['’]?s disease|\bAOSD\b|auto-?immune hepatitis|\bAIH\b",
                     "still", "aosd", "hepatitis", "aih")
NAMED_ENCEPHALITIS = onset.naming(r"\bencephalitis\b", "encephalitis")
INFECTIOUS = re.compile(r"vir(al|us)|herp|tick|japanese|nile|bacter|infect|listeri|toxoplasm|varicella|measles|tubercul", re.IGNORECASE)


def evaluate(case: Case) -> Outcome:
    found = _found(case)
    if not found:
        return Silent("no autoimmune condition with onset after the first dose")
    names = list(dict.fromkeys(one.name or "unnamed condition" for one in found))
    return Finding(
        indicator=WARNING, summary=listed(names, "New autoimmune condition after LEMTRADA: "), evidence=evidence_of(*found),
        found=tuple(onset.told(one) for one in found),
        meaning="Autoimmune disease of many organs is described after alemtuzumab, and one makes others more likely.",
        advice=("Assess for other autoimmune disease: blood count, TSH, creatinine and urine, liver tests.",
                "Before any further course reconsider benefit and risk of alemtuzumab."),
        short=names[0])


def _found(case: Case) -> tuple[Condition, ...]:
    """Oldest first, each once; over or not, for it weighs in any further course."""
    record = case.record
    found = [one for one in (*record.conditions(*AUTOIMMUNE), *onset.by_words(case, NAMED)) if onset.began_after_first_dose(case, one)]
    found += [one for one in (*record.conditions(*DATED_ALONE), *onset.by_words(case, NAMED_ENCEPHALITIS))
              if onset.began_after_first_dose(case, one, undated=False) and not _infection(one)]
    return tuple(sorted({one.reference: one for one in found}.values(), key=total_order))


def _infection(one: Condition) -> bool:
    return one.of(c.ACTIVE_INFECTION) or bool(INFECTIOUS.search(one.name))


RULE = Rule(
    id="autoimmune-condition-new",
    title="New autoimmune condition",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.1, 5.6 to 5.16", evidence="label", protocol="C.4 autoimmune-condition-new"),
    to_find=(*AUTOIMMUNE, *DATED_ALONE),
    evaluate=evaluate,
    examples=EXAMPLES,
)
