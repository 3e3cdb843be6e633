"""
TSH overdue.

Why it matters: more than a third of those treated get thyroid disease, often years later; untreated it harms, in pregnancy
the child too.
Speaks while surveillance runs and the last TSH is older than three months and a grace period; in pregnancy monthly. Free T4
alone does not count.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import tsh_limits
from cds_services.clinical.diagnoses import uncertain
from cds_services.clinical.surveillance import TSH, certain_pregnancy
from cds_services.record import Result
from cds_services.results import above, below, told
from cds_services.rule import EXPOSED, INFO, OVERDUE_OVERRIDES, PATIENT_VIEW, WARNING, Case, Citation, Outcome, Rule
from cds_services.rules.overdue.tsh_overdue_examples import EXAMPLES
from cds_services.schedule import Standing, closed, done, last_of, not_counted, on_time, overdue_finding, sentence, stale_abnormal

MANAGED_WITHIN_DAYS = 365  # days since an endocrinology visit that shows who manages the thyroid [impl]: protocol C.3 tsh-overdue


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    [at] = TSH.standings(case)
    if not at.overdue:
        return replace(on_time(at), settled=at.days <= case.policy.monthly.overdue)
    managed, pregnancy = _managed(case), certain_pregnancy(case)
    lines = (*managed, *(f"Pregnant: {one.name}, {one.when or 'no date'}" for one in (pregnancy.evidence if pregnancy else ())),
             *_partial(case, at), *not_counted(case, at, c.TSH), *stale_abnormal(case, c.TSH, abnormal=_abnormal))
    return overdue_finding(
        case, at, indicator=INFO if managed else WARNING, summary=sentence(case, at, "TSH"), short=f"TSH {at.age}", test=c.TSH, lines=lines,
        orders=TSH.orders, meaning="TSH is due every 3 months until 48 months after the last dose, longer if indicated; more often in "
        "pregnancy, where maternal thyroid antibodies cross the placenta.")


def _managed(case: Case) -> tuple[str, ...]:
    """Why somebody else looks after the thyroid, or there is none: such a TSH is told, not warned of."""
    removed = [one for one in case.record.conditions(c.THYROIDECTOMY) if not uncertain(one)]
    removed += [one for one in case.record.procedures(c.THYROIDECTOMY) if one.status == "completed"]
    since = case.today - timedelta(days=MANAGED_WITHIN_DAYS)
    visits = [one for one in case.record.procedures(c.ENDOCRINOLOGY) if one.kind == "encounter" and one.when and one.when.last >= since]
    return (*(f"Thyroid removed or destroyed: {one.name}, {one.when or 'no date'}" for one in removed[-1:]),
            *(f"Endocrinology is managing: visit on {one.when}" for one in visits[-1:]))


def _partial(case: Case, at: Standing) -> tuple[str, ...]:
    """A newer free T4: told, and no TSH."""
    hormone = last_of(done(case.record.labs(c.FREE_T4)), case)
    if hormone is None or (at.last is not None and hormone.when.first <= at.last.when.first):
        return ()
    return (f"Free T4 alone does not count ({told(hormone)}).",)


def _abnormal(one: Result) -> bool:
    low, high = tsh_limits(one.low, one.high)
    return below(one, low) or above(one, high)


RULE = Rule(
    id="tsh-overdue",
    title="TSH overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="5.8", evidence="label; grace and monthly tests in pregnancy implementation choice", protocol="C.3 tsh-overdue, D4"),
    to_find=(c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_TEST),
    to_miss=(c.TSH,),
    to_soften=(c.PREGNANCY_ENDED, c.FREE_T4, c.THYROIDECTOMY, c.ENDOCRINOLOGY, c.ORDERS),
    card="monitoringOverdue",
    place=3,
    overrides=OVERDUE_OVERRIDES,
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
