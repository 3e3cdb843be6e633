"""
No recent HIV test.

Why it matters: HIV infection forbids LEMTRADA, and may be there without anybody knowing.
Speaks as a line of the checklist while LEMTRADA is ordered and no HIV test of the last year is on record; the label does not demand one.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.hiv import INFECTED, hiv_evidence
from cds_services.clinical.pretreatment import serving
from cds_services.clinical.screening import missing
from cds_services.clinical.serology import answer
from cds_services.rule import INFO, ORDER_HOOKS, ORDER_SIGN, PLANNED, Case, Citation, Example, Outcome, Rule, Silent

MAX_AGE_DAYS = 365  # days before the planned start in which an HIV test serves [impl]: protocol C.0 baseline.maxAge


def evaluate(case: Case) -> Outcome:
    evidence = hiv_evidence(case)
    if evidence is not None and evidence.kind == INFECTED:
        return Silent("HIV infection is on record: hiv-positive speaks", settled=True)
    tests = case.record.labs(c.HIV_TEST)
    done = serving(case, (one for one in tests if one.done and answer(one)), MAX_AGE_DAYS)
    if done is not None:
        return Silent(f"HIV test of {done.when}", settled=True)
    return missing(
        case, tests, summary=f"No HIV test found within {MAX_AGE_DAYS} days before LEMTRADA", short="HIV test", test=c.HIV_TEST,
        meaning="HIV infection forbids LEMTRADA. The label does not demand the test.", advice="Offer an HIV antigen/antibody test.")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
ASKED = "No HIV test found within 365 days before LEMTRADA"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


EXAMPLES = (
    _signed("never tested", info=ASKED, suggests=("56888-1",)),
    Example("while the order is selected", timeline=DRAFT, info=ASKED),
    _signed("365 days before the start", "2023-02-12  lab  hiv-test Non-reactive", silent="HIV test of 2023-02-12"),
    _signed("366 days before the start", "2023-02-11  lab  hiv-test Non-reactive", info=ASKED, says=("2023-02-11",)),
    _signed("365 days ago, but the start lies ahead", "2023-02-12  lab  hiv-test Non-reactive",
            draft="2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-20\n", info=ASKED),
    _signed("HIV RNA is a test too", "2023-12-12  lab  hiv-test not_detected code=25835-0", silent=True),
    _signed("preliminary is pending", "2024-02-01  lab  hiv-test Non-reactive status=preliminary", info=ASKED, says=("Pending",)),
    _signed("entered in error", "2024-02-01  lab  hiv-test Non-reactive status=entered-in-error", info=ASKED),
    _signed("an answer that says nothing", "2024-02-01  lab  hiv-test See_comment", info=ASKED),
    _signed("ordered", "2024-02-08  order  hiv-test", info=ASKED, says=("Ordered, not resulted",)),
    _signed("reactive: another rule speaks", "2024-02-01  lab  hiv-test Reactive",
            silent="HIV infection is on record: hiv-positive speaks"),
    _signed("HIV infection on record", "2014-02-01  condition  hiv-infection", silent=True),
    _signed("CAMPATH for leukemia is out of scope", "2020-01-01  condition  chronic-lymphocytic-leukemia",
            draft="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent="CAMPATH for leukemia is out of scope"),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="hiv-test-missing",
    title="HIV test",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="4", eu="4.3", evidence="implementation choice", protocol="C.1 hiv-positive, C.2, ruling 18"),
    to_miss=(c.HIV_TEST, c.HIV_RNA, c.HIV_IMMUNOBLOT),
    to_soften=(c.HIV_INFECTION, c.HIV_INCONCLUSIVE, c.ORDERS),
    card="preTreatmentChecklist",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
