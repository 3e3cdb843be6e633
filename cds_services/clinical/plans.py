"""
The alemtuzumab plan of a call: whether it concerns multiple sclerosis at all, and how its drafts are taken back.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import Case, DeleteDraft, Silent

OVERRIDING = "To go on in spite of it, give a reason and a comment."  # protocol C.0 "Override reasons"


def out_of_scope(case: Case) -> Silent | None:
    """
    Why no LEMTRADA rule speaks: the plan is CAMPATH for leukemia (B.2, C.6, ruling 10); None where it is not.

    An ingredient without brand in a person with leukemia and without multiple sclerosis is CAMPATH-like.
    """
    plan, record = case.plan, case.record
    if plan is None or case.exposure.exists or record.conditions(c.MULTIPLE_SCLEROSIS) or not record.conditions(c.CLL):
        return None
    if any(one.of(c.LEMTRADA) for one in plan.orders):
        return None
    return Silent("CAMPATH for leukemia is out of scope", settled=True)


def removals(case: Case, reason: str = "") -> tuple[DeleteDraft, ...]:
    """Taking back each alemtuzumab draft of this call; none where nothing is drafted (at patient-view)."""
    plan = case.plan
    if plan is None or not plan.drafted:
        return ()
    count = len(plan.references)
    names = ["" if count == 1 else f" {number} of {count}" for number in range(1, count + 1)]
    return tuple(DeleteDraft(reference, f"Remove the alemtuzumab draft{name}{reason}")
                 for reference, name in zip(plan.references, names, strict=True))
