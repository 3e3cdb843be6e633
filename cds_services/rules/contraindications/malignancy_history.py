"""
Cancer before or after treatment.

Why it matters: thyroid cancer, melanoma and lymphoproliferative disorders occurred after alemtuzumab.
Speaks when alemtuzumab is ordered and cancer is on record, on the chart too while the order is active; without an order when one
of these began after the first dose.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, told, uncertain
from cds_services.clinical.onset import began_after_first_dose
from cds_services.events import Condition
from cds_services.rule import (
    EVERY_HOOK,
    PLANNED_OR_EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.contraindications.malignancy_history_examples import EXAMPLES
from cds_services.wording import listed

NAMED_BY_LABEL = (c.MELANOMA, c.THYROID_CANCER, c.LYMPHOPROLIFERATIVE)


def evaluate(case: Case) -> Outcome:
    new = _new(case)
    if case.plan is None:
        return _finding(case, new, new) if new else Silent("no melanoma, thyroid cancer or lymphoma that began after the first dose")
    history = case.record.conditions(*NAMED_BY_LABEL, c.CLL)
    known = {one.reference for one in history}
    active = tuple(one for one in case.record.conditions(c.MALIGNANCY) if one.reference not in known and not over(one, case))
    return _finding(case, (*history, *active), new) if history or active else Silent("no cancer on record that calls for caution")


def _new(case: Case) -> tuple[Condition, ...]:
    """Cancers named by the label that began after the first dose and are not over."""
    if case.exposure.first_dose is None:
        return ()
    return tuple(one for one in case.record.conditions(*NAMED_BY_LABEL)
                 if began_after_first_dose(case, one, undated=False) and not over(one, case))


def _finding(case: Case, cancers: tuple[Condition, ...], new: tuple[Condition, ...]) -> Finding:
    names = dict.fromkeys(one.name or "cancer" for one in cancers)
    after = " after LEMTRADA: possible drug association, report" if case.plan is None else " on record: caution when starting LEMTRADA"
    report = tuple(f"{one.name} began after the first dose: possible drug association, report it." for one in new)
    ask = tuple(f"{one.name} is {one.verification}: settle the diagnosis first." for one in cancers if uncertain(one))
    caution = "Weigh the benefit against the cancer, with an oncologist; LEMTRADA suppresses immune surveillance."
    weigh = (caution,) if case.plan is not None else ()
    return Finding(
        indicator=WARNING, summary=listed(names, after=after), evidence=evidence_of(*cancers), found=tuple(told(one) for one in cancers),
        meaning="LEMTRADA may increase the risk of thyroid cancer, melanoma and lymphoproliferative disorders.",
        advice=(*weigh, *report, *ask))


RULE = Rule(
    id="malignancy-history",
    title="Cancer on record",
    hooks=EVERY_HOOK,
    gate=PLANNED_OR_EXPOSED,
    band="contraindication",
    source=Citation(us="5.4", protocol="C.1 malignancy-history"),
    to_find=(*NAMED_BY_LABEL, c.CLL, c.MALIGNANCY),
    evaluate=evaluate,
    examples=EXAMPLES,
)
