"""
CBC with differential overdue.

Why it matters: immune thrombocytopenia, neutropenia and haemolysis show in the count before they show in the patient;
immune thrombocytopenia was fatal before monthly counts were done.
Speaks while surveillance runs and the platelet count or the differential is older than the monthly interval allows.
"""

from __future__ import annotations

from decimal import Decimal

from cds_services import concepts as c
from cds_services.rule import (
    CRITICAL,
    EXPOSED,
    OVERDUE_OVERRIDES,
    PATIENT_VIEW,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    Outcome,
    Rule,
)
from cds_services.schedule import Standing, closed, done, on_time, overdue_finding, stale_abnormal, standing, until

LOW_PLATELETS = Decimal(150)  # 10*9/L, an old count below it that was never repeated is named [cons]: protocol C.4, ruling 20


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    interval = case.policy.monthly
    platelets = standing(case, done(case.record.labs(c.PLATELETS)), interval)
    differential = _differential(case)
    if platelets.overdue:
        return _finding(case, platelets, CRITICAL if platelets.escalated else WARNING, ())
    if differential.overdue:
        return _finding(case, differential, WARNING, ("Differential missing: platelets alone are not a blood count.",))
    return on_time(max(platelets, differential, key=lambda one: one.days or 0))


def _differential(case: Case) -> Standing:
    """The older of neutrophils and lymphocytes: both make the differential."""
    parts = [standing(case, done(case.record.labs(one)), case.policy.monthly) for one in (c.NEUTROPHILS, c.LYMPHOCYTES)]
    return max(parts, key=lambda one: float("inf") if one.days is None else one.days)


def _finding(case: Case, at: Standing, indicator: str, lines: tuple[str, ...]) -> Finding:
    lines += stale_abnormal(case, c.PLATELETS, abnormal=lambda one: one.number < LOW_PLATELETS)
    return overdue_finding(
        case, at, indicator=indicator, summary=f"CBC with differential overdue: {at.age} (monthly until {until(case)})",
        short=f"CBC {at.age}", test=c.CBC_PANEL, lines=lines, orders=(c.CBC_PANEL, c.PLATELETS),
        meaning="A CBC with differential is due every month until 48 months after the last dose.")


TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _counted(day: str, status: str = "final") -> str:
    return "\n".join(f"{day}  lab  {name} {amount} 10*9/L status={status}" for name, amount in (
        ("platelet-count", 240), ("neutrophils", 3.1), ("lymphocytes", 1.2))) + "\n"


EXAMPLES = (
    Example("35 days is not overdue", timeline=TREATED + _counted("2024-01-08"), silent=True),
    Example("36 days is overdue", timeline=TREATED + _counted("2024-01-07"),
            warning="CBC with differential overdue: 36 d (monthly until 2027-03-06)", suggests=("57021-8",)),
    Example("60 days is a warning", timeline=TREATED + _counted("2023-12-14"),
            warning="CBC with differential overdue: 60 d (monthly until 2027-03-06)"),
    Example("61 days is critical", timeline=TREATED + _counted("2023-12-13"),
            critical="CBC with differential overdue: 61 d (monthly until 2027-03-06)"),
    Example("no count since the first dose", as_of="2023-05-07", timeline=TREATED + _counted("2023-03-01"),
            critical="CBC with differential overdue: 62 d (monthly until 2027-03-06)"),
    Example("platelets alone: the differential is missing", timeline=TREATED + _counted("2023-12-01")
            + "2024-02-10  lab  platelet-count 230 10*9/L",
            warning="CBC with differential overdue: 73 d (monthly until 2027-03-06)", says=("Differential missing",)),
    Example("preliminary does not count as done", timeline=TREATED + _counted("2024-01-02") + _counted("2024-02-10", "preliminary"),
            warning="CBC with differential overdue: 41 d (monthly until 2027-03-06)"),
    Example("ordered within 14 days: one step lower, still told",
            timeline=TREATED + _counted("2024-01-02") + "2024-02-05  order  cbc-panel",
            info="CBC with differential overdue: 41 d (monthly until 2027-03-06)", says=("Ordered, not resulted",)),
    Example("last day of 48 months", as_of="2027-03-06", timeline=TREATED + _counted("2027-01-10"),
            warning="CBC with differential overdue: 55 d (monthly until 2027-03-06)"),
    Example("day after 48 months", as_of="2027-03-07", timeline=TREATED + _counted("2027-01-10"), silent=True),
    Example("an old low count that was never repeated is named", as_of="2024-02-12",
            timeline=TREATED + "2023-10-01  lab  platelet-count 90 10*9/L",
            critical="CBC with differential overdue: 134 d (monthly until 2027-03-06)", says=("never repeated",)),
    Example("ingredient alone: product unclear, at most a warning",
            timeline="2023-03-06  dose  alemtuzumab\n" + _counted("2023-12-01"),
            warning="CBC with differential overdue: 73 d (monthly until 2027-03-06)", says=("if given for MS",)),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="cbc-overdue",
    title="CBC with differential overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="boxed warning, 5.1, 5.6", evidence="label; grace implementation choice", protocol="C.3 cbc-overdue"),
    to_miss=(c.PLATELETS, c.NEUTROPHILS, c.LYMPHOCYTES),
    to_soften=(c.CBC_PANEL, c.ORDERS),
    card="monitoringOverdue",
    overrides=OVERDUE_OVERRIDES,
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
