"""
CAMPATH ordered for multiple sclerosis.

Why it matters: CAMPATH holds 30 mg in a vial, LEMTRADA 12 mg: the wrong product leads to two and a half times the dose.
Speaks when CAMPATH is drafted: critical with multiple sclerosis on record, a warning where leukemia is there too or
neither is found. It alone speaks about product and dose then.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told
from cds_services.record import Medication
from cds_services.rule import CRITICAL, ORDER_HOOKS, PLANNED, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

FOR_MS = "CAMPATH 30 mg product ordered for MS: check product and 12 mg dose"
FOR_EITHER = "CAMPATH ordered, MS and leukemia on record: confirm indication, product and dose"
FOR_NEITHER = "CAMPATH ordered, neither MS nor leukemia found: confirm indication, product and dose"


def evaluate(case: Case) -> Outcome:
    drafts = [one for one in case.plan.orders if one.of(c.CAMPATH)]
    if not drafts:
        return Silent("no CAMPATH drafted", settled=True)
    sclerosis, leukemia = case.record.conditions(c.MULTIPLE_SCLEROSIS), case.record.conditions(c.CLL)
    if leukemia and not sclerosis:
        return Silent("CAMPATH for leukemia: campath-out-of-scope speaks")
    summary = FOR_EITHER if sclerosis and leukemia else FOR_MS if sclerosis else FOR_NEITHER
    return Finding(
        indicator=CRITICAL if summary is FOR_MS else WARNING, summary=summary, evidence=evidence_of(*drafts, *sclerosis, *leukemia),
        found=(*(_ordered(one) for one in drafts), *(told(one) for one in (*sclerosis, *leukemia))),
        meaning="LEMTRADA is 12 mg in 1.2 mL for multiple sclerosis; CAMPATH is 30 mg in 1 mL for leukemia. They are not interchangeable.",
        advice=("Check the product, and order LEMTRADA 12 mg a day if it is for multiple sclerosis.",))


def _ordered(one: Medication) -> str:
    dose = f"{one.milligrams.normalize():f} mg" if one.milligrams is not None else "dose not stated"
    return f"Ordered: {one.name or 'CAMPATH'}, {dose}"


CAMPATH = "2024-02-12  draft  alemtuzumab-campath 30 mg\n"
MS, CLL = "2015-01-01  condition  multiple-sclerosis\n", "2015-01-01  condition  chronic-lymphocytic-leukemia\n"

EXAMPLES = (
    Example("CAMPATH for MS (E24)", timeline=CAMPATH + MS, critical=FOR_MS),
    Example("CAMPATH for MS, 12 mg", timeline="2024-02-12  draft  alemtuzumab-campath 12 mg\n" + MS, critical=FOR_MS),
    Example("CAMPATH in words", timeline="2024-02-12  draft  - 30 mg text=Campath\n" + MS, critical=FOR_MS),
    Example("MS and leukemia on record (E23)", timeline=CAMPATH + MS + CLL, warning=FOR_EITHER),
    Example("leukemia alone: out of scope", timeline=CAMPATH + CLL, silent=True),
    Example("leukemia refuted", timeline=CAMPATH + MS + CLL.replace("\n", " verification=refuted\n"), critical=FOR_MS),
    Example("neither on record", timeline=CAMPATH, warning=FOR_NEITHER),
    Example("LEMTRADA for MS", timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n" + MS, silent="no CAMPATH drafted"),
    Example("the ingredient alone, 30 mg: its dose is judged elsewhere",
            timeline="2024-02-12  draft  alemtuzumab 30 mg\n" + MS, silent=True),
    Example("conditions refused: nobody knows what it is for", timeline=CAMPATH, failed=("conditions",), warning=FOR_NEITHER),
)

RULE = Rule(
    id="wrong-product",
    title="CAMPATH ordered for multiple sclerosis",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="2, 16", eu="4.2", evidence="label", protocol="C.6 wrong-product; B.2; ruling 10"),
    to_find=(c.MULTIPLE_SCLEROSIS, c.CLL),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
