"""
No multiple sclerosis on record.

Why it matters: the risks of LEMTRADA are accepted for relapsing multiple sclerosis alone, and there not as a first treatment.
Speaks while LEMTRADA is ordered for a person without a confirmed diagnosis of multiple sclerosis.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told, uncertain
from cds_services.rule import (
    ORDER_HOOKS,
    ORDER_SIGN,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)

US_LIMITS = ("LEMTRADA is for relapsing multiple sclerosis, usually after two or more other drugs for it; "
             "not for clinically isolated syndrome.")
EU_LIMITS = ("LEMTRADA is for highly active relapsing remitting multiple sclerosis despite a full course of at least one disease-modifying "
             "treatment, or rapidly evolving severe disease; not for clinically isolated syndrome.")


def evaluate(case: Case) -> Outcome:
    diagnoses = case.record.conditions(c.MULTIPLE_SCLEROSIS)
    if any(not uncertain(one) for one in diagnoses):
        return Silent("multiple sclerosis is on record", settled=True)
    others = (*diagnoses, *case.record.conditions(c.CLINICALLY_ISOLATED_SYNDROME))
    none = "multiple sclerosis: none found in the records available to this service"
    return Finding(
        indicator=WARNING, summary="No multiple sclerosis diagnosis found for this LEMTRADA order",
        evidence=evidence_of(*others, *case.plan.orders), found=tuple(told(one) for one in others) if diagnoses else
        (none, *(told(one) for one in others)),
        meaning=_limits(case), advice=("Confirm the indication, and record the diagnosis.",))


def _limits(case: Case) -> str:
    limits = {"US PI": US_LIMITS, "SmPC": EU_LIMITS}
    return limits.get(case.policy.label, f"{US_LIMITS} Europe: {EU_LIMITS}")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
ASKED = "No multiple sclerosis diagnosis found for this LEMTRADA order"
MS = "2018-05-12  condition  multiple-sclerosis"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


EXAMPLES = (
    _signed("no diagnosis", warning=ASKED, says=("two or more other drugs", "clinically isolated syndrome")),
    Example("while the order is selected", timeline=DRAFT, warning=ASKED),
    _signed("multiple sclerosis", MS, silent="multiple sclerosis is on record"),
    _signed("relapsing remitting multiple sclerosis", f"{MS} code=426373005", silent=True),
    _signed("by ICD code", f"{MS} code=G35", silent=True),
    _signed("by a subdivided ICD code", f"{MS} code=G35.A text=Relapsing-remitting_multiple_sclerosis "
            "system=http://hl7.org/fhir/sid/icd-10-cm", silent=True),
    _signed("in remission it is still multiple sclerosis", f"{MS} clinical=remission", silent=True),
    _signed("marked resolved it is still on record", f"{MS} clinical=resolved", silent=True),
    _signed("without statuses", f"{MS} clinical=none verification=none", silent=True),
    _signed("provisional alone", f"{MS} verification=provisional", warning=ASKED, says=("provisional",)),
    _signed("differential diagnosis alone", f"{MS} verification=differential", warning=ASKED),
    _signed("unconfirmed alone", f"{MS} verification=unconfirmed", warning=ASKED),
    _signed("refuted", f"{MS} verification=refuted", warning=ASKED),
    _signed("entered in error", f"{MS} verification=entered-in-error", warning=ASKED),
    _signed("another patient's", f"{MS} patient=other", warning=ASKED),
    _signed("clinically isolated syndrome alone", "2018-05-12  condition  clinically-isolated-syndrome", warning=ASKED,
            says=("Clinically isolated syndrome: active",)),
    _signed("clinically isolated syndrome that became multiple sclerosis", f"2018-05-12  condition  clinically-isolated-syndrome\n{MS}",
            silent=True),
    _signed("CAMPATH for leukemia is out of scope", "2020-01-01  condition  chronic-lymphocytic-leukemia",
            draft="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent="CAMPATH for leukemia is out of scope"),
    _signed("LEMTRADA for leukemia", "2020-01-01  condition  chronic-lymphocytic-leukemia", warning=ASKED),
    _signed("Europe: other limits", jurisdiction="EU", warning=ASKED, says=("highly active",)),
    _signed("on the chart it does not speak", "2024-02-10  medication  alemtuzumab 12 mg", draft="", hook="patient-view", silent=True),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="indication-missing",
    title="No multiple sclerosis on record",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="1", eu="4.1", protocol="C.1 indication-missing, F"),
    to_miss=(c.MULTIPLE_SCLEROSIS,),
    to_soften=(c.CLINICALLY_ISOLATED_SYNDROME,),
    evaluate=evaluate,
    examples=EXAMPLES,
)
