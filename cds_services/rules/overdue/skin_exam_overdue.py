"""
Yearly skin examination overdue.

Why it matters: melanoma has followed alemtuzumab; a yearly look at the skin finds it while it can be cured.
Speaks while surveillance runs and no examination of the skin, nor visit to dermatology, was completed within the yearly
interval. A referral is never an examination.
"""

from __future__ import annotations

from datetime import timedelta

from cds_services import concepts as c
from cds_services.clinical.surveillance import SKIN
from cds_services.rule import EXPOSED, OVERDUE_OVERRIDES, PATIENT_VIEW, WARNING, Case, Citation, Example, OrderTest, Outcome, Rule
from cds_services.schedule import Standing, closed, not_counted, on_time, overdue_finding


def evaluate(case: Case) -> Outcome:
    ended = closed(case)
    if ended:
        return ended
    [at] = SKIN.standings(case)
    if not at.overdue:
        return on_time(at)
    return overdue_finding(
        case, at, indicator=case.policy.skin_exam_indicator, summary=_summary(case, at), short=f"skin exam {at.age}", test=c.SKIN_EXAM,
        lines=(*_referred(case), *not_counted(case, at, c.SKIN_EXAM)), orders=SKIN.orders,
        suggest=(OrderTest(c.DERMATOLOGY_REFERRAL, "308472003"),),
        meaning="The skin is to be examined before treatment and every year, for melanoma. It is no screening for thyroid cancer.")


def _summary(case: Case, at: Standing) -> str:
    if at.days is None:
        return "Yearly skin examination overdue: no examination found"
    first_day_over = case.today - timedelta(days=at.days - at.interval.overdue - 1)
    return f"Yearly skin examination overdue since {first_day_over}"


def _referred(case: Case) -> tuple[str, ...]:
    referrals = [one for one in case.record.orders(c.DERMATOLOGY_REFERRAL) if not one.do_not_perform]
    return tuple(f"A referral is no examination: {one.name or one.reference} ({one.authored or 'no date'})." for one in referrals[-1:])


TREATED = "2022-09-05  dose  alemtuzumab-lemtrada 12 mg\n"
VISIT = {"resourceType": "Encounter", "id": "visit", "status": "finished", "subject": {"reference": "Patient/example"},
         "class": {"code": "AMB"}, "period": {"start": "2023-12-01", "end": "2023-12-01"},
         "serviceType": {"coding": [{"system": "http://snomed.info/sct", "code": "394582007", "display": "Dermatology"}]}}
SCREENING = {**VISIT, "serviceType": {"text": "General practice"},
             "reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z12.83"}]}]}

EXAMPLES = (
    Example("395 days is not overdue", timeline=TREATED + "2023-01-13  procedure  skin-exam", silent="last 395 d ago, overdue above 395 d"),
    Example("396 days is overdue", timeline=TREATED + "2023-01-12  procedure  skin-exam",
            warning="Yearly skin examination overdue since 2024-02-12", suggests=("308472003",)),
    Example("thirteen months is in time (E71)", timeline=TREATED + "2023-01-20  procedure  skin-exam", silent=True),
    Example("two years stay a warning", as_of="2024-12-01", timeline=TREATED + "2022-12-01  procedure  skin-exam",
            warning="Yearly skin examination overdue since 2024-01-01"),
    Example("no examination since the first dose", timeline=TREATED, warning="Yearly skin examination overdue since 2023-10-06"),
    Example("an examination before the first dose is baseline", timeline=TREATED + "2022-09-01  procedure  skin-exam",
            warning="Yearly skin examination overdue since 2023-10-06"),
    Example("in the EU it is told", jurisdiction="EU", timeline=TREATED, info="Yearly skin examination overdue since 2023-10-06"),
    Example("a referral is no examination (E70)", timeline=TREATED + "2023-12-01  order  referral-dermatology",
            warning="Yearly skin examination overdue since 2023-10-06", says=("A referral is no examination",), suggests=("308472003",)),
    Example("a referral of the last 14 days lowers one step", timeline=TREATED + "2024-02-01  order  referral-dermatology",
            info="Yearly skin examination overdue since 2023-10-06", says=("Ordered, not resulted",)),
    Example("a finished dermatology visit is an examination", timeline=TREATED + "2023-12-01  encounter  dermatology-specialty",
            silent="last 73 d ago, overdue above 395 d"),
    Example("a dermatology visit by its service", timeline=TREATED, resources=(VISIT,), silent=True),
    Example("a visit for skin cancer screening by its reason", timeline=TREATED, resources=(SCREENING,), silent=True),
    Example("a visit that is only planned is none",
            timeline=TREATED + "2023-12-01  encounter  dermatology-specialty status=planned",
            warning="Yearly skin examination overdue since 2023-10-06"),
    Example("a procedure in progress is none", timeline=TREATED + "2023-12-01  procedure  skin-exam status=in-progress",
            warning="Yearly skin examination overdue since 2023-10-06"),
    Example("an observation of the skin is an examination",
            timeline=TREATED + "2023-12-01  lab  skin-exam no_suspicious_lesion code=8709-8 category=exam", silent=True),
    Example("an observation that is only preliminary is none",
            timeline=TREATED + "2023-12-01  lab  skin-exam no_suspicious_lesion code=8709-8 category=exam status=preliminary",
            warning="Yearly skin examination overdue since 2023-10-06", says=("Pending, not counted",)),
    Example("an examination known to the year counts from its first day (B.5)", timeline=TREATED + "2023  procedure  skin-exam",
            warning="Yearly skin examination overdue since 2024-02-01"),
    Example("the day after 48 months", as_of="2026-09-06", timeline=TREATED, silent="surveillance ended 2026-09-05"),
    Example("procedures could not be read", timeline=TREATED, failed=("procedures",), not_assessed=True),
    Example("procedures could not be read, a visit is enough", failed=("procedures",),
            timeline=TREATED + "2023-12-01  encounter  dermatology-specialty", silent=True),
)

RULE = Rule(
    id="skin-exam-overdue",
    title="Yearly skin examination overdue",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="overdue",
    source=Citation(us="boxed warning, 5.4", evidence="label; grace implementation choice, EU not re-read",
                    protocol="C.3 skin-exam-overdue, F"),
    to_miss=(c.SKIN_EXAM, c.DERMATOLOGY),
    to_soften=(c.DERMATOLOGY_REFERRAL, c.ORDERS),
    card="monitoringOverdue",
    place=5,
    overrides=OVERDUE_OVERRIDES,
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
