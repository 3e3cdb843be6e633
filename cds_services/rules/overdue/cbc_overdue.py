"""
CBC with differential overdue.

Why it matters: immune thrombocytopenia, neutropenia and haemolysis show in the count before they show in the patient;
immune thrombocytopenia was fatal before monthly counts were done.
Speaks while surveillance runs and the platelet count or the differential is older than the monthly interval allows.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.cell_lines import NEUTROPHILS_BELOW, PLATELETS_BELOW, hemoglobin_baseline, low_hemoglobin
from cds_services.clinical.surveillance import CBC, oldest
from cds_services.results import below
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
from cds_services.schedule import Standing, closed, not_counted, on_time, overdue_finding, sentence, stale_abnormal


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    platelets, *both = CBC.standings(case)
    differential = oldest(both)  # neutrophils and lymphocytes make the differential together
    if platelets.overdue:
        return _finding(case, platelets, CRITICAL if platelets.escalated else WARNING, ())
    if differential.overdue:
        return _finding(case, differential, WARNING, ("Differential missing: platelets alone are not a blood count.",))
    return on_time(oldest((platelets, differential)))


def _finding(case: Case, at: Standing, indicator: str, lines: tuple[str, ...]) -> Finding:
    lines += not_counted(case, at, c.PLATELETS, c.NEUTROPHILS, c.LYMPHOCYTES, c.CBC_PANEL)
    lines += _never_repeated(case)
    return overdue_finding(
        case, at, indicator=indicator, summary=sentence(case, at, "CBC with differential"), short=f"CBC {at.age}",
        test=c.CBC_PANEL, lines=lines, orders=CBC.orders,
        meaning="A CBC with differential is due every month until 48 months after the last dose.")


def _never_repeated(case: Case) -> tuple[str, ...]:
    """Old low counts of each line (ruling 20)."""
    normal = hemoglobin_baseline(case)
    return (*stale_abnormal(case, c.PLATELETS, abnormal=lambda one: below(one, PLATELETS_BELOW)),
            *stale_abnormal(case, c.NEUTROPHILS, abnormal=lambda one: below(one, NEUTROPHILS_BELOW)),
            *stale_abnormal(case, c.HEMOGLOBIN, abnormal=lambda one: low_hemoglobin(one, normal)))


TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _counted(day: str, status: str = "final") -> str:
    return "\n".join(f"{day}  lab  {name} {amount} 10*9/L status={status}" for name, amount in (
        ("platelet-count", 240), ("neutrophils", 3.1), ("lymphocytes", 1.2))) + "\n"


EXAMPLES = (
    Example("35 days is not overdue", timeline=TREATED + _counted("2024-01-08"), silent=True),
    Example("36 days is overdue", timeline=TREATED + _counted("2024-01-07"),
            warning="CBC with differential overdue: 36 days (monthly until 2027-03-06)", suggests=("57021-8",)),
    Example("a test that is due and not yet overdue is a line of the card", timeline=TREATED + _counted("2024-01-02")
            + "2024-01-15  lab  creatinine 0.8 mg/dL",
            warning="CBC with differential overdue: 41 days (monthly until 2027-03-06)", says=("Due, not yet overdue", "creatinine: 28 d")),
    Example("in pregnancy the TSH is due every month", timeline=TREATED + _counted("2024-01-02")
            + "2024-01-13  lab  tsh 1.8 m[IU]/L\n2023-12-20  condition  pregnancy code=77386006",
            warning="CBC with differential overdue: 41 days (monthly until 2027-03-06)", says=("TSH: 30 d",)),
    Example("60 days is a warning", timeline=TREATED + _counted("2023-12-14"),
            warning="CBC with differential overdue: 60 days (monthly until 2027-03-06)"),
    Example("61 days is critical", timeline=TREATED + _counted("2023-12-13"),
            critical="CBC with differential overdue: 61 days (monthly until 2027-03-06)"),
    Example("no count since the first dose", as_of="2023-05-07", timeline=TREATED + _counted("2023-03-01"),
            critical="CBC with differential overdue: 62 days (monthly until 2027-03-06)"),
    Example("platelets alone: the differential is missing", timeline=TREATED + _counted("2023-12-01")
            + "2024-02-10  lab  platelet-count 230 10*9/L",
            warning="CBC with differential overdue: 73 days (monthly until 2027-03-06)", says=("Differential missing",)),
    Example("preliminary does not count as done", timeline=TREATED + _counted("2024-01-02") + _counted("2024-02-10", "preliminary"),
            warning="CBC with differential overdue: 41 days (monthly until 2027-03-06)", says=("Pending, not counted", "preliminary")),
    Example("a platelet count alone on order leaves the differential out",
            timeline=TREATED + _counted("2024-01-02") + "2024-02-05  order  platelet-count",
            warning="CBC with differential overdue: 41 days (monthly until 2027-03-06)", suggests=("57021-8",)),
    Example("a dose without a date keeps the window open (E19)", timeline="-  dose  alemtuzumab-lemtrada 12 mg\n" + _counted("2024-01-02"),
            warning="CBC with differential overdue: 41 days (monthly; the last dose has no date)"),
    Example("ordered within 14 days: one step lower, still told",
            timeline=TREATED + _counted("2024-01-02") + "2024-02-05  order  cbc-panel",
            info="CBC with differential overdue: 41 days (monthly until 2027-03-06)", says=("Ordered, not resulted",)),
    Example("last day of 48 months", as_of="2027-03-06", timeline=TREATED + _counted("2027-01-10"),
            warning="CBC with differential overdue: 55 days (monthly until 2027-03-06)"),
    Example("day after 48 months", as_of="2027-03-07", timeline=TREATED + _counted("2027-01-10"), silent=True),
    Example("an old low count that was never repeated is named", as_of="2024-02-12",
            timeline=TREATED + "2023-10-01  lab  platelet-count 90 10*9/L",
            critical="CBC with differential overdue: 134 days (monthly until 2027-03-06)", says=("never repeated",)),
    Example("old low neutrophils and hemoglobin that were never repeated are named", as_of="2024-02-12",
            timeline=TREATED + "2023-10-01  lab  neutrophils 0.9 10*9/L\n2023-10-01  lab  hemoglobin 7.5 g/dL",
            critical="CBC with differential overdue: 343 days (monthly until 2027-03-06)",
            says=("never repeated: Neutrophils", "never repeated: Hemoglobin")),
    Example("ingredient alone: product unclear, at most a warning",
            timeline="2023-03-06  dose  alemtuzumab\n" + _counted("2023-12-01"),
            warning="CBC with differential overdue: 73 days (monthly until 2027-03-06)", says=("if given for MS",)),
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
    to_soften=(c.HEMOGLOBIN, c.CBC_PANEL, c.ORDERS),
    card="monitoringOverdue",
    overrides=OVERDUE_OVERRIDES,
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
