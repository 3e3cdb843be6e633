"""
Serum creatinine overdue.

Why it matters: anti-GBM disease and other nephropathies after alemtuzumab are found early by a rising creatinine;
found late they end in dialysis.
Speaks while surveillance runs and the last creatinine is older than the monthly interval allows. eGFR alone is partial.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.baseline import baseline
from cds_services.clinical.renal import RISE_MILLIGRAMS, RISE_RATIO
from cds_services.clinical.surveillance import CREATININE
from cds_services.record import Result
from cds_services.results import above, at_least, told
from cds_services.rule import EXPOSED, OVERDUE_OVERRIDES, PATIENT_VIEW, WARNING, Case, Citation, Example, Outcome, Rule
from cds_services.schedule import Standing, closed, done, last_of, not_counted, on_time, overdue_finding, sentence, stale_abnormal


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    [at] = CREATININE.standings(case)
    if not at.overdue:
        return on_time(at)
    lines = (*_partial(case, at), *not_counted(case, at, c.CREATININE, c.METABOLIC_PANEL),
             *stale_abnormal(case, c.CREATININE, abnormal=lambda one: _raised(case, one)))
    return overdue_finding(
        case, at, indicator=WARNING, summary=sentence(case, at, "Serum creatinine"), short=f"creatinine {at.age}", test=c.CREATININE,
        lines=lines, orders=CREATININE.orders,
        meaning="Serum creatinine is due every month until 48 months after the last dose, to find nephropathy early.")


def _partial(case: Case, at: Standing) -> tuple[str, ...]:
    """A newer eGFR: told, and no substitute for the creatinine itself."""
    estimate = last_of(done(case.record.labs(c.EGFR)), case)
    if estimate is None or (at.last is not None and estimate.when.first <= at.last.when.first):
        return ()
    return (f"Partial: eGFR alone, without the creatinine itself ({told(estimate)}).",)


def _raised(case: Case, result: Result) -> bool:
    own = baseline(case, c.CREATININE, fallback=min)
    if own is None:
        return result.high is not None and above(result, result.high)
    return at_least(result, min(RISE_RATIO * own.number, own.number + RISE_MILLIGRAMS))


TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
UNTIL = "(monthly until 2027-03-06)"

EXAMPLES = (
    Example("35 days is not overdue", timeline=TREATED + "2024-01-08  lab  creatinine 0.8 mg/dL",
            silent="last 35 d ago, overdue above 35 d"),
    Example("36 days is overdue", timeline=TREATED + "2024-01-07  lab  creatinine 0.8 mg/dL",
            warning=f"Serum creatinine overdue: 36 days {UNTIL}", suggests=("2160-0",)),
    Example("a year stays a warning", timeline=TREATED + "2023-03-20  lab  creatinine 0.8 mg/dL",
            warning=f"Serum creatinine overdue: 329 days {UNTIL}"),
    Example("a result before the first dose does not reset the clock", as_of="2023-04-11",
            timeline=TREATED + "2023-03-05  lab  creatinine 0.8 mg/dL", warning=f"Serum creatinine overdue: 36 days {UNTIL}"),
    Example("a month-only result counts from its first day", as_of="2024-02-12",
            timeline=TREATED + "2024-01  lab  creatinine 0.8 mg/dL", warning=f"Serum creatinine overdue: 42 days {UNTIL}"),
    Example("eGFR alone is partial", timeline=TREATED + """
            2023-12-20  lab  creatinine 0.8 mg/dL
            2024-02-10  lab  egfr 95 mL/min/{1.73_m2}""", warning=f"Serum creatinine overdue: 54 days {UNTIL}",
            says=("Partial: eGFR alone",)),
    Example("entered in error is not done", timeline=TREATED + """
            2023-12-20  lab  creatinine 0.8 mg/dL
            2024-02-10  lab  creatinine 0.8 mg/dL status=entered-in-error""", warning=f"Serum creatinine overdue: 54 days {UNTIL}"),
    Example("preliminary is told and is not done", timeline=TREATED + """
            2023-12-20  lab  creatinine 0.8 mg/dL
            2024-02-10  lab  creatinine 0.9 mg/dL status=preliminary""", warning=f"Serum creatinine overdue: 54 days {UNTIL}",
            says=("Pending, not counted", "0.9 mg/dL")),
    Example("no unit: told and not done (E28)", timeline=TREATED + """
            2023-12-20  lab  creatinine 0.8 mg/dL
            2024-02-10  lab  creatinine 80""", warning=f"Serum creatinine overdue: 54 days {UNTIL}", says=("Not readable, not counted",)),
    Example("dated ahead is not done (E38)", timeline=TREATED + """
            2023-12-20  lab  creatinine 0.8 mg/dL
            2024-02-20  lab  creatinine 0.8 mg/dL""", warning=f"Serum creatinine overdue: 54 days {UNTIL}"),
    Example("collected long ago, issued today (E39)",
            timeline=TREATED + "2024-01-03  lab  creatinine 0.8 mg/dL issued=2024-02-12T08:00:00Z",
            warning=f"Serum creatinine overdue: 40 days {UNTIL}"),
    Example("ordered 14 days ago: one step lower, nothing to order", timeline=TREATED + """
            2023-12-20  lab    creatinine 0.8 mg/dL
            2024-01-29  order  creatinine""", info=f"Serum creatinine overdue: 54 days {UNTIL}", says=("Ordered, not resulted",)),
    Example("ordered 15 days ago no longer counts", timeline=TREATED + """
            2023-12-20  lab    creatinine 0.8 mg/dL
            2024-01-28  order  creatinine""", warning=f"Serum creatinine overdue: 54 days {UNTIL}", suggests=("2160-0",)),
    Example("a metabolic panel on order brings the creatinine with it", timeline=TREATED + """
            2023-12-20  lab    creatinine 0.8 mg/dL
            2024-02-05  order  metabolic-panel""", info=f"Serum creatinine overdue: 54 days {UNTIL}"),
    Example("an old rise that was never repeated is named", timeline=TREATED + """
            2023-03-01  lab  creatinine 0.8 mg/dL
            2023-10-01  lab  creatinine 1.1 mg/dL""", warning=f"Serum creatinine overdue: 134 days {UNTIL}",
            says=("Abnormal and never repeated", "1.1 mg/dL on 2023-10-01")),
    Example("last day of 48 months (E15)", as_of="2027-03-06", timeline=TREATED, warning=f"Serum creatinine overdue: 1461 days {UNTIL}"),
    Example("the day after 48 months (E15)", as_of="2027-03-07", timeline=TREATED, silent="surveillance ended 2027-03-06"),
    Example("a dose without a date keeps the window open (E19)", timeline="""
            -           dose  alemtuzumab-lemtrada 12 mg
            2023-12-20  lab   creatinine 0.8 mg/dL""", warning="Serum creatinine overdue: 54 days (monthly; the last dose has no date)"),
    Example("an order alone starts no counting (E20)", timeline="2023-03-06  medication  alemtuzumab-lemtrada status=completed",
            silent="exposure is suspected, not confirmed: nothing is counted"),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="creatinine-overdue",
    title="Serum creatinine overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="boxed warning, 5.1, 5.7", evidence="label; grace implementation choice", protocol="C.3 creatinine-overdue"),
    to_miss=(c.CREATININE,),
    to_soften=(c.EGFR, c.METABOLIC_PANEL, c.ORDERS),
    card="monitoringOverdue",
    place=1,
    overrides=OVERDUE_OVERRIDES,
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
