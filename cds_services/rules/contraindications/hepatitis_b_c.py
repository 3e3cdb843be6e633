"""
Hepatitis B or C.

Why it matters: in carriers of hepatitis B or C, alemtuzumab may reactivate the virus and damage the liver for good.
Speaks while LEMTRADA is ordered and the record holds a diagnosis, or a positive marker of infection.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, told, uncertain
from cds_services.clinical.serology import deciding, positive
from cds_services.events import Condition, Result
from cds_services.results import told as result_told
from cds_services.rule import ORDER_HOOKS, PLANNED, WARNING, Case, Citation, Finding, Outcome, Rule, Silent, evidence_of
from cds_services.rules.contraindications.hepatitis_b_c_examples import EXAMPLES

INFECTION_MARKERS = (c.HBV_SURFACE_ANTIGEN, c.HBV_CORE_IGM, c.HCV_ANTIBODY)


def evaluate(case: Case) -> Outcome:
    diagnoses = case.record.conditions(c.HEPATITIS)
    newest = {marker: deciding(case.record.labs(marker), alarming=WARNING) for marker in
              (*INFECTION_MARKERS, c.HBV_CORE_ANTIBODY, c.HBV_SURFACE_ANTIBODY)}
    markers = tuple(newest[one] for one in INFECTION_MARKERS if positive(newest[one]))
    core, immune = newest[c.HBV_CORE_ANTIBODY], newest[c.HBV_SURFACE_ANTIBODY]
    if positive(core) and not positive(immune):
        markers += (core,)
    if diagnoses or markers:
        return _finding(case, diagnoses, markers)
    if positive(core):
        return Silent("core antibody is not isolated: surface antibody beside it")
    if positive(immune):
        return Silent("immune to hepatitis B, no marker of infection")
    return Silent("no diagnosis or positive marker of hepatitis B or C")


def _finding(case: Case, diagnoses: tuple[Condition, ...], markers: tuple[Result, ...]) -> Finding:
    check = tuple(f"{one.name}: {one.verification if uncertain(one) else one.clinical or 'ended'}; confirm it."
                  for one in diagnoses if uncertain(one) or over(one, case))
    return Finding(
        indicator=WARNING, summary="HBV/HCV marker positive: risk of reactivation with LEMTRADA",
        evidence=evidence_of(*diagnoses, *markers),
        found=(*(told(one) for one in diagnoses), *(result_told(one) for one in markers)),
        meaning="Carriers of hepatitis B or C risk irreversible liver damage from reactivation.",
        advice=("Consult a hepatologist before the infusion: viral load, treatment or prophylaxis, and follow-up.", *check))


RULE = Rule(
    id="hepatitis-b-c",
    title="Hepatitis B or C",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="Infections", eu="4.4", protocol="C.1 hepatitis-b-c"),
    to_find=(c.HEPATITIS, c.HEPATITIS_TEST, *INFECTION_MARKERS, c.HBV_CORE_ANTIBODY),
    to_soften=(c.HBV_SURFACE_ANTIBODY,),
    evaluate=evaluate,
    examples=EXAMPLES,
)
