"""
Yearly HPV screening due.

Why it matters: cervical infection with human papillomavirus, and dysplasia, were more frequent after alemtuzumab.
Speaks while surveillance runs, for people with a cervix, when neither an HPV test nor a cytology is within the yearly
interval. A uterus removed with the cervix kept leaves it on; where no sex is recorded it asks.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.surveillance import HPV
from cds_services.rule import EXPOSED, INFO, OVERDUE_OVERRIDES, PATIENT_VIEW, Case, Citation, Example, Outcome, Rule, Silent
from cds_services.schedule import closed, not_counted, on_time, overdue_finding


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    needless = HPV.needless(case)
    if needless:
        return Silent(needless, settled=True)
    [at] = HPV.standings(case)
    if not at.overdue:
        return on_time(at)
    unsure = () if case.record.patient.gender == "female" else ("Neither female nor male on record: this concerns people with a cervix.",)
    return overdue_finding(
        case, at, indicator=INFO, summary="Yearly HPV screening due", short=f"HPV screening {at.age}", test=c.HPV_SCREENING,
        lines=(*unsure, *not_counted(case, at, c.HPV_SCREENING, c.CERVICAL_CYTOLOGY)), suggest=(),
        orders=HPV.orders,
        meaning="The label recommends HPV screening every year; an HPV test or a cytology counts, by the local programme.")


TREATED = "2022-09-05  dose  alemtuzumab-lemtrada 12 mg\n"
DUE = "Yearly HPV screening due"

EXAMPLES = (
    Example("395 days is not due", timeline=TREATED + "2023-01-13  lab  hpv-screening Negative",
            silent="last 395 d ago, overdue above 395 d"),
    Example("396 days is due", timeline=TREATED + "2023-01-12  lab  hpv-screening Negative", info=DUE),
    Example("years later it is still an info", as_of="2025-09-01", timeline=TREATED, info=DUE),
    Example("a cytology counts", timeline=TREATED + "2023-10-01  lab  cervical-cytology NILM", silent=True),
    Example("a test before the first dose is baseline", timeline=TREATED + "2022-08-01  lab  hpv-screening Negative", info=DUE),
    Example("cervix and uterus absent (E72)", timeline=TREATED + "2019-01-01  condition  cervix-absent code=Z90.710",
            silent="no cervix, by the record"),
    Example("hysterectomy done (E72)", timeline=TREATED + "2019-01-01  procedure  hysterectomy", silent="no cervix, by the record"),
    Example("hysterectomy told as a condition (E72)", timeline=TREATED + "2019-01-01  condition  hysterectomy code=236886002",
            silent="no cervix, by the record"),
    Example("hysterectomy planned, not done", timeline=TREATED + "2024-01-01  procedure  hysterectomy status=preparation", info=DUE),
    Example("uterus removed, cervix kept", timeline=TREATED + "2019-01-01  condition  hysterectomy code=Z90.711", info=DUE),
    Example("hysterectomy that left the cervix", timeline=TREATED + """
            2019-01-01  procedure  hysterectomy
            2019-02-01  condition  hysterectomy code=Z90.711""", info=DUE),
    Example("absent cervix refuted", timeline=TREATED + "2019-01-01  condition  cervix-absent code=Z90.710 verification=refuted", info=DUE),
    Example("male (E72)", timeline=TREATED + "- patient - gender=male", silent="recorded as male"),
    Example("sex unknown: it asks (E72)", timeline=TREATED + "- patient - gender=unknown", info=DUE, says=("people with a cervix",)),
    Example("on order: still told", timeline=TREATED + "2024-02-01  order  hpv-screening", info=DUE, says=("Ordered, not resulted",)),
    Example("the day after 48 months", as_of="2026-09-06", timeline=TREATED, silent="surveillance ended 2026-09-05"),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
    Example("conditions could not be read: it speaks and says so", timeline=TREATED, failed=("conditions",), info=DUE,
            says=("conditions",)),
)

RULE = Rule(
    id="hpv-screening-due",
    title="Yearly HPV screening due",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="Infections", evidence="label; grace implementation choice", protocol="C.3 hpv-screening-due, F; ruling 25"),
    to_miss=(c.HPV_SCREENING, c.CERVICAL_CYTOLOGY),
    to_soften=(c.CERVIX_ABSENT, c.HYSTERECTOMY, c.CERVIX_KEPT, c.ORDERS),
    card="monitoringOverdue",
    place=6,
    overrides=OVERDUE_OVERRIDES,
    highest=INFO,
    uses=("sex",),
    evaluate=evaluate,
    examples=EXAMPLES,
)
