"""
Alemtuzumab product unclear: LEMTRADA or CAMPATH.

Why it matters: the same drug is given for multiple sclerosis and for leukemia; only the first needs LEMTRADA surveillance.
Speaks when code, text, dose, route and diagnoses leave the product open. Abnormal results are judged meanwhile.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.exposure import UNCLASSIFIED
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    if case.exposure.product != UNCLASSIFIED:
        return Silent(f"product is {case.exposure.product}", settled=True)
    doses = case.exposure.doses
    amounts = sorted({f"{dose.milligrams.normalize():f} mg" if dose.milligrams is not None else "dose unknown" for dose in doses})
    return Finding(
        indicator=INFO, summary="Alemtuzumab product unclear (LEMTRADA or CAMPATH): clarify", settled=True,
        evidence=evidence_of(*(dose.event for dose in doses)),
        found=(f"{doses[-1].event.name or 'alemtuzumab'}: {len(doses)} on record, {', '.join(amounts)}",),
        meaning="Results are watched as if it was given for MS; overdue tests count only if it was.",
        advice=("Record the product (LEMTRADA 12 mg or CAMPATH 30 mg), the dose and the diagnosis.",))


EXAMPLES = (
    Example("ingredient without dose", timeline="2023-03-06  dose  alemtuzumab",
            info="Alemtuzumab product unclear (LEMTRADA or CAMPATH): clarify"),
    Example("ingredient of 12 mg intravenously is LEMTRADA (E25)", timeline="2023-03-06  dose  alemtuzumab 12 mg route=Intravenous",
            silent="product is LEMTRADA"),
    Example("ingredient of 10.8 mg is LEMTRADA", timeline="2023-03-06  dose  alemtuzumab 10.8 mg", silent="product is LEMTRADA"),
    Example("ingredient of 10.7 mg is unclear", timeline="2023-03-06  dose  alemtuzumab 10.7 mg",
            info="Alemtuzumab product unclear (LEMTRADA or CAMPATH): clarify"),
    Example("conditions could not be read: the product stays unclear", timeline="2023-03-06  dose  alemtuzumab",
            failed=("conditions",), info="Alemtuzumab product unclear (LEMTRADA or CAMPATH): clarify"),
    Example("the product by its code", timeline="2023-03-06  dose  alemtuzumab-lemtrada", silent="product is LEMTRADA"),
    Example("CAMPATH for leukemia is no exposure of ours (E22)", timeline="""
            2022-01-01  condition  chronic-lymphocytic-leukemia
            2023-03-06  dose       alemtuzumab-campath 30 mg""", silent=True),
    Example("CAMPATH with multiple sclerosis on record is watched (E23)", timeline="""
            2022-01-01  condition  multiple-sclerosis
            2023-03-06  dose       alemtuzumab-campath 30 mg""", silent="product is LEMTRADA"),
    Example("CAMPATH without any diagnosis", timeline="2023-03-06  dose  alemtuzumab-campath 30 mg",
            info="Alemtuzumab product unclear (LEMTRADA or CAMPATH): clarify"),
)

RULE = Rule(
    id="exposure-unclassified",
    title="Product unclear",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="record",
    source=Citation(us="1, 2", eu="4.1, 4.2", evidence="implementation choice", protocol="B.2 (4), C.6"),
    to_soften=(c.MULTIPLE_SCLEROSIS, c.CLL),
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
