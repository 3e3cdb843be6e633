"""
No recent test for hepatitis B or C.

Why it matters: in carriers LEMTRADA may reactivate the virus and damage the liver for good.
Speaks as a line of the checklist while LEMTRADA is ordered and no test of the last year is on record: to be considered at high risk.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pretreatment import serving
from cds_services.clinical.screening import missing
from cds_services.clinical.serology import answer
from cds_services.rule import INFO, ORDER_HOOKS, ORDER_SIGN, PLANNED, Case, Citation, Example, OrderTest, Outcome, Rule, Silent

MAX_AGE_DAYS = 365  # days before the planned start in which a hepatitis test serves [impl]: protocol C.0 baseline.maxAge
ORDERS = (OrderTest(c.HBV_SURFACE_ANTIGEN), OrderTest(c.HBV_CORE_ANTIBODY), OrderTest(c.HCV_ANTIBODY))


def evaluate(case: Case) -> Outcome:
    if case.record.conditions(c.HEPATITIS):
        return Silent("hepatitis B or C is on record: hepatitis-b-c speaks", settled=True)
    tests = case.record.labs(c.HEPATITIS_TEST)
    done = serving(case, (one for one in tests if one.done and answer(one)), MAX_AGE_DAYS)
    if done is not None:
        return Silent(f"hepatitis test of {done.when}", settled=True)
    return missing(
        case, tests, summary=f"No hepatitis B or C test found within {MAX_AGE_DAYS} days: consider screening if high risk",
        short="hepatitis B and C", test=c.HEPATITIS_TEST, orders=ORDERS,
        meaning="Carriers of hepatitis B or C risk irreversible liver damage.",
        advice="Consider screening if the risk is high: region of birth, injected drugs, transfusion, household contact.")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
ASKED = "No hepatitis B or C test found within 365 days: consider screening if high risk"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


EXAMPLES = (
    _signed("never tested", info=ASKED, suggests=("5196-1", "13952-7", "13955-0")),
    Example("while the order is selected", timeline=DRAFT, info=ASKED),
    _signed("365 days before the start", "2023-02-12  lab  hepatitis-b-c-test Negative", silent="hepatitis test of 2023-02-12"),
    _signed("366 days before the start", "2023-02-11  lab  hepatitis-b-c-test Negative", info=ASKED),
    _signed("hepatitis C alone", "2023-12-11  lab  hepatitis-b-c-test Negative code=13955-0", silent=True),
    _signed("preliminary is pending", "2024-02-01  lab  hepatitis-b-c-test Negative status=preliminary", info=ASKED, says=("Pending",)),
    _signed("entered in error", "2024-02-01  lab  hepatitis-b-c-test Negative status=entered-in-error", info=ASKED),
    _signed("ordered", "2024-02-08  order  hepatitis-b-c-test", info=ASKED, says=("Ordered, not resulted",)),
    _signed("hepatitis on record", "2019-05-01  condition  hepatitis-b-c",
            silent="hepatitis B or C is on record: hepatitis-b-c speaks"),
    _signed("CAMPATH for leukemia is out of scope", "2020-01-01  condition  chronic-lymphocytic-leukemia",
            draft="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent="CAMPATH for leukemia is out of scope"),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="hepatitis-screening-missing",
    title="Hepatitis B and C screening",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="Infections", evidence="label; age of the test implementation choice", protocol="C.1 hepatitis-b-c, C.2, ruling 18"),
    to_miss=(c.HEPATITIS_TEST,),
    to_soften=(c.HEPATITIS, c.HBV_SURFACE_ANTIGEN, c.HBV_CORE_ANTIBODY, c.HCV_ANTIBODY, c.ORDERS),
    card="preTreatmentChecklist",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
