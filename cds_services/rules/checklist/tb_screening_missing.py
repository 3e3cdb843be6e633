"""
No tuberculosis screening before alemtuzumab.

Why it matters: active and latent tuberculosis have followed alemtuzumab; people are screened before the first infusion.
Speaks, as part of the checklist, when no IGRA or tuberculin skin test that can be read was done in the year before the
planned start. Tuberculosis that is known already is for tb-positive and active-infection.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pretreatment import age, last_dated, ordered, placed, serving, start_line
from cds_services.clinical.serology import POSITIVE
from cds_services.clinical.tuberculosis import active, deciding, latent, readable, reading, tests, treatment
from cds_services.results import told
from cds_services.rule import (
    INFO,
    ORDER_HOOKS,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)

SCREENING_DAYS = 365  # days before the planned start [impl]: protocol C.0 baseline.maxAge


def evaluate(case: Case) -> Outcome:
    known = [*latent(case), *active(case)]
    if known:
        return Silent(f"tuberculosis is on record: {known[0].name}", settled=True)
    if case.record.conditions(c.TB_ACTIVE) and treatment(case):
        return Silent("tuberculosis was treated", settled=True)
    newest = deciding(case)
    if newest is not None and reading(newest) == POSITIVE:
        return Silent(f"positive on {newest.when}: tb-positive judges it", settled=True)
    served = serving(case, readable(case), SCREENING_DAYS)
    if served:
        return Silent(f"screened on {served.when}", settled=True)
    return _finding(case)


def _finding(case: Case) -> Finding:
    order = placed(case, c.TB_IGRA, c.TB_SKIN_TEST)
    last = last_dated(readable(case))
    unclear = [one for one in tests(case) if one not in readable(case)]
    earlier = case.record.conditions(c.TB_ACTIVE)
    return Finding(
        indicator=INFO if order else WARNING, summary=f"No TB screening result found within {SCREENING_DAYS} days",
        evidence=evidence_of(last, *unclear, *earlier, order),
        found=((f"Last: {told(last)}, {age(case, last)}",) if last else ("No readable IGRA or tuberculin skin test found",))
        + (*(f"Not done: {told(one)}" for one in unclear), *(f"{one.name} on record, no treatment found" for one in earlier),
           *ordered(order), *start_line(case)),
        meaning="Screening follows the local guideline. Indeterminate counts as not done, and so does a control well.",
        advice=("Screen before the first infusion; treat a positive result first.",),
        suggestions=() if order else (OrderTest(c.TB_IGRA, "71773-6"),), short="TB screening")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "No TB screening result found within 365 days"

EXAMPLES = (
    Example("negative 365 days before", timeline=DRAFT + "2023-02-12  lab  tb-igra negative", silent="screened on 2023-02-12"),
    Example("negative 366 days before", timeline=DRAFT + "2023-02-11  lab  tb-igra negative", warning=SUMMARY, suggests=("71773-6",)),
    Example("age counts back from the planned start", timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-03-01\n"
            "2023-02-20  lab  tb-igra negative", warning=SUMMARY),
    Example("nothing on record", timeline=DRAFT, warning=SUMMARY),
    Example("the control well is no result (E63)", warning=SUMMARY,
            timeline=DRAFT + "2024-02-01  lab  tb-igra-control-not-a-result positive"),
    Example("indeterminate is not done (E64)", timeline=DRAFT + "2024-02-01  lab  tb-igra indeterminate", warning=SUMMARY,
            says=("Not done",)),
    Example("indeterminate after a negative one of the same year",
            timeline=DRAFT + "2023-10-01  lab  tb-igra negative\n2024-02-01  lab  tb-igra indeterminate", silent=True),
    Example("preliminary is not done", timeline=DRAFT + "2024-02-01  lab  tb-igra negative status=preliminary", warning=SUMMARY),
    Example("a number that no one has interpreted", timeline=DRAFT + "2024-02-01  lab  tb-igra 0.12 [IU]/mL code=46217-6", warning=SUMMARY),
    Example("a number that the laboratory calls negative",
            timeline=DRAFT + "2024-02-01  lab  tb-igra 0.12 [IU]/mL code=46217-6 interpretation=NEG", silent=True),
    Example("a skin test of 0 mm", timeline=DRAFT + "2024-02-01  lab  tb-skin-test 0 mm", silent=True),
    Example("a skin test placed, without a result", timeline=DRAFT + "2024-02-01  procedure  tb-skin-test code=28163009", warning=SUMMARY),
    Example("positive: for tb-positive", timeline=DRAFT + "2022-02-01  lab  tb-igra positive", silent=True),
    Example("latent tuberculosis on record: for tb-positive", timeline=DRAFT + "2020-01-01  condition  tb-positive-or-latent", silent=True),
    Example("latent tuberculosis refuted", timeline=DRAFT + "2020-01-01  condition  tb-positive-or-latent verification=refuted",
            warning=SUMMARY),
    Example("active tuberculosis: for active-infection", timeline=DRAFT + "2024-01-01  condition  tb-active", silent=True),
    Example("tuberculosis resolved and treated", timeline=DRAFT + "2010-01-01  condition  tb-active clinical=resolved\n"
            "2010-02-01  medication  tb-treatment status=completed", silent=True),
    Example("tuberculosis resolved, no treatment found", timeline=DRAFT + "2010-01-01  condition  tb-active clinical=resolved",
            warning=SUMMARY, says=("no treatment found",)),
    Example("ordered: one step lower", timeline=DRAFT + "2024-02-10  order  tb-igra", info=SUMMARY, says=("Ordered, not resulted",)),
    Example("from before an earlier course", warning=SUMMARY,
            timeline=DRAFT + "2023-06-01  lab  tb-igra negative\n" + "".join(
                f"2023-07-0{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in range(1, 6))),
    Example("laboratory could not be read", timeline=DRAFT, failed=("laboratory",), not_assessed=True),
    Example("conditions could not be read", timeline=DRAFT, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="tb-screening-missing",
    title="Tuberculosis screening missing",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="Infections", eu="4.4", evidence="label; age of the result implementation choice",
                    protocol="C.2 tb-screening-missing; D14; ruling 36"),
    to_miss=(c.TB_IGRA, c.TB_SKIN_TEST, c.TB_LATENT, c.TB_ACTIVE),
    to_soften=(c.TB_TREATMENT, c.ORDERS),
    card="preTreatmentChecklist",
    evaluate=evaluate,
    examples=EXAMPLES,
)
