"""
Liver tests (ALT and bilirubin) overdue.

Why it matters: autoimmune hepatitis after alemtuzumab has led to liver failure; it is silent until the tests show it.
Speaks while surveillance runs and the older of ALT and bilirubin is past the jurisdiction's interval.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import enzyme_limit
from cds_services.clinical.surveillance import LIVER, oldest
from cds_services.concepts import Concept
from cds_services.record import Result
from cds_services.results import above
from cds_services.rule import EXPOSED, OVERDUE_OVERRIDES, PATIENT_VIEW, WARNING, Case, Citation, Example, Outcome, Rule
from cds_services.schedule import Standing, closed, not_counted, on_time, overdue_finding, stale_abnormal

Parts = list[tuple[Concept, Standing]]


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    parts = list(zip(LIVER.parts, LIVER.standings(case), strict=True))
    at = oldest(one for _, one in parts)
    if not at.overdue:
        return on_time(at)
    lines = (*_partial(parts), *not_counted(case, at, c.ALT, c.BILIRUBIN, c.HEPATIC_PANEL),
             *stale_abnormal(case, c.ALT, abnormal=_raised), *stale_abnormal(case, c.AST, abnormal=_raised))
    return overdue_finding(
        case, at, indicator=WARNING if at.escalated else case.policy.liver_overdue_indicator, short=f"ALT/bilirubin {at.age}",
        summary=f"ALT and bilirubin overdue: {'no result found' if at.days is None else f'{at.days} days'}", test=c.HEPATIC_PANEL,
        lines=lines, orders=_orders(case, parts),
        meaning=f"ALT and total bilirubin are due {case.policy.liver.words} until 48 months after the last dose.")


def _partial(parts: Parts) -> tuple[str, ...]:
    """Which of the two is overdue, where only one is."""
    late = [concept.title for concept, at in parts if at.overdue]
    in_time = [f"{concept.title} ({at.last.when})" for concept, at in parts if not at.overdue and at.last is not None]
    return (f"Partial: {in_time[0]} is in time, {late[0]} is not.",) if in_time else ()


def _orders(case: Case, parts: Parts) -> tuple[Concept, ...]:
    """The orders that answer for all that is overdue: a panel, or each overdue test by itself."""
    late = [concept for concept, at in parts if at.overdue]
    single = tuple(late[:1]) if all(case.placed(one) for one in late) else ()
    return (*LIVER.orders, *single)


def _raised(one: Result) -> bool:
    return above(one, enzyme_limit(one))


TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _liver(day: str, status: str = "final") -> str:
    return f"{day}  lab  alt 20 U/L status={status} high=40\n{day}  lab  bilirubin-total 0.6 mg/dL status={status}\n"


EXAMPLES = (
    Example("100 days is not overdue in the US", timeline=TREATED + _liver("2023-11-04"), silent="last 100 d ago, overdue above 100 d"),
    Example("101 days is told in the US", timeline=TREATED + _liver("2023-11-03"), info="ALT and bilirubin overdue: 101 days",
            suggests=("24325-3",)),
    Example("180 days is told in the US", timeline=TREATED + _liver("2023-08-16"), info="ALT and bilirubin overdue: 180 days"),
    Example("181 days is a warning in the US", timeline=TREATED + _liver("2023-08-15"), warning="ALT and bilirubin overdue: 181 days"),
    Example("35 days is not overdue in the EU", jurisdiction="EU", timeline=TREATED + _liver("2024-01-08"), silent=True),
    Example("36 days is a warning in the EU", jurisdiction="EU", timeline=TREATED + _liver("2024-01-07"),
            warning="ALT and bilirubin overdue: 36 days"),
    Example("the strictest rule is monthly", jurisdiction="strictest", timeline=TREATED + _liver("2024-01-07"),
            warning="ALT and bilirubin overdue: 36 days"),
    Example("ALT alone: the bilirubin is overdue", timeline=TREATED + _liver("2023-10-01") + "2024-02-10  lab  alt 20 U/L",
            info="ALT and bilirubin overdue: 134 days", says=("Partial: ALT",)),
    Example("AST is optional", timeline=TREATED + _liver("2024-02-01"), silent="last 11 d ago, overdue above 100 d"),
    Example("before the first dose it is baseline", as_of="2023-06-15", timeline=TREATED + _liver("2023-03-05"),
            info="ALT and bilirubin overdue: 101 days"),
    Example("preliminary is not done", timeline=TREATED + _liver("2023-10-01") + _liver("2024-02-10", "preliminary"),
            info="ALT and bilirubin overdue: 134 days", says=("Pending, not counted",)),
    Example("a panel on order: one step lower", timeline=TREATED + _liver("2023-06-01") + "2024-02-05  order  hepatic-panel",
            info="ALT and bilirubin overdue: 256 days", says=("Ordered, not resulted",)),
    Example("ALT alone on order leaves the bilirubin out", timeline=TREATED + _liver("2023-06-01") + "2024-02-05  order  alt",
            warning="ALT and bilirubin overdue: 256 days", suggests=("24325-3",)),
    Example("both on order", timeline=TREATED + _liver("2023-06-01") + "2024-02-05  order  alt\n2024-02-05  order  bilirubin-total",
            info="ALT and bilirubin overdue: 256 days"),
    Example("an old raised ALT that was never repeated is named", timeline=TREATED + "2023-10-01  lab  alt 130 U/L high=40",
            warning="ALT and bilirubin overdue: 343 days", says=("Abnormal and never repeated", "130 U/L")),
    Example("the day after 48 months", as_of="2027-03-07", timeline=TREATED, silent="surveillance ended 2027-03-06"),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="lft-overdue",
    title="Liver tests overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="5.10", evidence="label; interval implementation choice, EU interval not re-read", protocol="C.3 lft-overdue, F"),
    to_miss=(c.ALT, c.BILIRUBIN),
    to_soften=(c.AST, c.HEPATIC_PANEL, c.METABOLIC_PANEL, c.ORDERS),
    card="monitoringOverdue",
    place=4,
    overrides=OVERDUE_OVERRIDES,
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
