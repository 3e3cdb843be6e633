"""
No recent negative pregnancy test.

Why it matters: LEMTRADA may harm a fetus, and contraception is needed during a course and for four months after it.
Speaks as a line of the checklist while LEMTRADA is ordered for a person who could be pregnant and has no negative test of the last week.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pregnancies import pregnancy_answer, pregnancy_of, why_not_asked
from cds_services.clinical.pretreatment import serving
from cds_services.clinical.screening import missing
from cds_services.clinical.serology import NEGATIVE
from cds_services.rule import INFO, ORDER_HOOKS, ORDER_SIGN, PLANNED, Case, Citation, Example, Outcome, Rule, Silent

MAX_AGE_DAYS = 7  # days before the planned start in which a pregnancy test serves [impl]: protocol C.0 baseline.maxAge


def evaluate(case: Case) -> Outcome:
    reason = why_not_asked(case)
    if reason:
        return Silent(f"not asked: {reason}", settled=True)
    pregnant = pregnancy_of(case)
    if pregnant is not None and pregnant.confirmed:
        return Silent("a pregnancy is on record: pregnancy speaks", settled=True)
    tests = case.record.labs(c.PREGNANCY_TEST)
    done = serving(case, (one for one in tests if one.done and pregnancy_answer(one) == NEGATIVE), MAX_AGE_DAYS)
    if done is not None:
        return Silent(f"negative test of {done.when}", settled=True)
    unknown = case.record.patient.gender != "female"
    ask = f"Sex not recorded as female or male: ask whether pregnancy is possible, and test within {MAX_AGE_DAYS} days before LEMTRADA"
    return missing(
        case, tests, summary=ask if unknown else f"No negative pregnancy test found within {MAX_AGE_DAYS} days before LEMTRADA",
        short="pregnancy test", test=c.PREGNANCY_TEST, meaning="LEMTRADA may harm a fetus.",
        advice="Test before the infusion; contraception is needed during each course and for 4 months after it.")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
ASKED = "No negative pregnancy test found within 7 days before LEMTRADA"
UNKNOWN = "Sex not recorded as female or male: ask whether pregnancy is possible, and test within 7 days before LEMTRADA"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


EXAMPLES = (
    _signed("never tested", info=ASKED, suggests=("2106-3",), says=("4 months",)),
    Example("while the order is selected", timeline=DRAFT, info=ASKED),
    _signed("7 days before the start", "2024-02-05  lab  pregnancy-test Negative", silent="negative test of 2024-02-05"),
    _signed("8 days before the start", "2024-02-04  lab  pregnancy-test Negative", info=ASKED),
    _signed("tested today, but the start lies 8 days ahead", "2024-02-12  lab  pregnancy-test Negative",
            draft="2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-20\n", info=ASKED),
    _signed("hCG below 5", "2024-02-08  lab  pregnancy-test <5 m[IU]/mL code=19080-1", silent=True),
    _signed("hCG between the limits", "2024-02-08  lab  pregnancy-test 12 m[IU]/mL code=19080-1", info=ASKED),
    _signed("preliminary is pending", "2024-02-08  lab  pregnancy-test Negative status=preliminary", info=ASKED, says=("Pending",)),
    _signed("entered in error", "2024-02-08  lab  pregnancy-test Negative status=entered-in-error", info=ASKED),
    _signed("positive: another rule speaks", "2024-02-08  lab  pregnancy-test Positive",
            silent="a pregnancy is on record: pregnancy speaks"),
    _signed("ordered", "2024-02-08  order  pregnancy-test", info=ASKED, says=("Ordered, not resulted",)),
    _signed("a man", "-  patient gender=male", silent="not asked: male"),
    _signed("sex unknown is asked about (E72)", "-  patient gender=unknown", info=UNKNOWN),
    _signed("sex other is asked about", "-  patient gender=other", info=UNKNOWN),
    _signed("sex not on record is asked about", "-  patient gender=none", info=UNKNOWN),
    _signed("11 years old", "-  patient born=2012-02-13", silent="not asked: age 11 is not between 12 and 55"),
    _signed("12th birthday", "-  patient born=2012-02-12", info=ASKED),
    _signed("55 years, the day before the 56th birthday", "-  patient born=1968-02-13", info=ASKED),
    _signed("56th birthday", "-  patient born=1968-02-12", silent=True),
    _signed("born in a year: 55 is possible", "-  patient born=1968", info=ASKED),
    _signed("birth date not on record", "-  patient born=none", info=ASKED),
    _signed("hysterectomy done", "2020-02-12  procedure  hysterectomy", silent="not asked: hysterectomy on record"),
    _signed("hysterectomy planned, not done", "2020-02-12  procedure  hysterectomy status=not-done", info=ASKED),
    _signed("uterus absent by code", "2020-02-12  condition  hysterectomy code=Z90.711", silent=True),
    _signed("menopause", "2022-02-12  condition  menopause-status", silent="not asked: menopause on record"),
    _signed("menopause, refuted", "2022-02-12  condition  menopause-status verification=refuted", info=ASKED),
    _signed("menopause, provisional", "2022-02-12  condition  menopause-status verification=provisional", info=ASKED),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="pregnancy-test-missing",
    title="Pregnancy test",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="8.1, 8.3", eu="4.6", evidence="label; age of the test implementation choice",
                    protocol="C.1 pregnancy, C.2, ruling 18"),
    to_miss=(c.PREGNANCY_TEST,),
    to_soften=(c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_ENDED, c.HYSTERECTOMY, c.MENOPAUSE, c.ORDERS),
    card="preTreatmentChecklist",
    highest=INFO,
    uses=("sex", "date of birth"),
    evaluate=evaluate,
    examples=EXAMPLES,
)
