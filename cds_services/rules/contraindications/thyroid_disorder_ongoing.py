"""
Ongoing thyroid disorder before alemtuzumab.

Why it matters: a third of treated people develop thyroid disease; in a thyroid that is already ill, serious worsening
must be weighed against the benefit.
Speaks when alemtuzumab is drafted and a thyroid disorder that is not over is on record.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, told
from cds_services.rule import ORDER_HOOKS, PLANNED, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    ongoing = [one for one in case.record.conditions(c.THYROID_DISORDER, c.AUTOIMMUNE_THYROID) if not over(one, case)]
    if not ongoing:
        return Silent("no ongoing thyroid disorder found")
    return Finding(
        indicator=WARNING, summary="Ongoing thyroid disorder: weigh benefit against risk before LEMTRADA",
        evidence=evidence_of(*ongoing), found=tuple(told(one) for one in ongoing),
        meaning="In people with an ongoing thyroid disorder LEMTRADA is given only if the benefit justifies the risk.",
        advice=("Know TSH and treatment before the course, and agree who follows the thyroid.",))


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
SUMMARY = "Ongoing thyroid disorder: weigh benefit against risk before LEMTRADA"


def _with(line: str, name: str, **expected) -> Example:
    return Example(name, timeline=DRAFT + f"2020-01-01  condition  {line}", **expected)


EXAMPLES = (
    _with("autoimmune-thyroid code=40930008", "hypothyroidism", warning=SUMMARY),
    _with("thyroid-disorder", "a disorder of the thyroid", warning=SUMMARY),
    _with("thyroid-disorder code=E041 system=http://hl7.org/fhir/sid/icd-10-cm", "an ICD code of the range, without its dot",
          warning=SUMMARY),
    _with("autoimmune-thyroid clinical=none", "without clinical status", warning=SUMMARY),
    _with("autoimmune-thyroid verification=provisional", "not confirmed yet", warning=SUMMARY, says=("provisional",)),
    _with("autoimmune-thyroid clinical=resolved", "resolved", silent="no ongoing thyroid disorder found"),
    _with("autoimmune-thyroid clinical=none abated=2024-02-11", "ended yesterday", silent=True),
    _with("autoimmune-thyroid verification=refuted", "refuted", silent=True),
    _with("autoimmune-thyroid verification=entered-in-error", "entered in error", silent=True),
    _with("autoimmune-thyroid patient=other", "another patient's", silent=True),
    _with("multiple-sclerosis", "no thyroid disorder", silent=True),
    Example("conditions could not be read", timeline=DRAFT, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="thyroid-disorder-ongoing",
    title="Ongoing thyroid disorder",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="5.8", eu="4.4", protocol="C.1 thyroid-disorder-ongoing"),
    to_find=(c.THYROID_DISORDER, c.AUTOIMMUNE_THYROID),
    evaluate=evaluate,
    examples=EXAMPLES,
)
