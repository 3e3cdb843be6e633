"""
Renal change together with signs of lung bleeding after alemtuzumab.

Why it matters: anti-GBM disease of kidney and lung kills within days; only immediate treatment saves life and kidney.
Speaks when creatinine has risen or blood is in the urine, by result or by code, and coughing up blood, alveolar hemorrhage or
breathlessness was coded within 30 days.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.renal import coded_lately, renal_changes
from cds_services.record import Event, Result
from cds_services.results import told
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
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


def evaluate(case: Case) -> Outcome:
    lung = coded_lately(case, c.HEMOPTYSIS, c.ALVEOLAR_HEMORRHAGE, c.DYSPNEA)
    if not lung:
        return Silent("no sign of lung bleeding coded within 30 days")
    changes = renal_changes(case)
    if not changes:
        return Silent("no renal change")
    return Finding(
        indicator=CRITICAL, summary="Renal change with lung bleeding signs: immediate anti-GBM evaluation",
        evidence=evidence_of(*changes, *lung), found=tuple(_line(one) for one in (*changes, *lung)),
        meaning="A renal change with coughing up blood or breathlessness after alemtuzumab is anti-GBM disease until excluded.",
        advice=("Immediate evaluation for anti-GBM disease, in hospital with nephrology.",
                "Anti-GBM antibodies, creatinine, urine microscopy, chest imaging.",
                "The anti-GBM antibody test has no verified code here: order it as free text."),
        suggestions=(OrderTest(c.NEPHROLOGY_REFERRAL, urgent=True), OrderTest(c.CREATININE, urgent=True),
                     OrderTest(c.URINALYSIS_PANEL, urgent=True), OrderTest(c.CBC_PANEL, urgent=True)))


def _line(one: Event) -> str:
    return told(one) if isinstance(one, Result) else onset.told(one)


DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
BLOOD = f"{DOSE}2024-02-10  lab  urine-rbc-microscopy 10 /[HPF]\n"
RISE = f"2023-02-20  lab  creatinine 1.0 mg/dL\n{DOSE}2024-02-10  lab  creatinine 1.3 mg/dL\n"
SPOKEN = "Renal change with lung bleeding signs: immediate anti-GBM evaluation"

EXAMPLES = (
    Example("hemoptysis with hematuria", timeline=f"{BLOOD}2024-02-11  condition  hemoptysis", critical=SPOKEN, suggests=("306286007",),
            says=("free text",)),
    Example("breathlessness with a creatinine 30 percent up", timeline=f"{RISE}2024-02-11  condition  dyspnea", critical=SPOKEN),
    Example("alveolar hemorrhage with a creatinine 30 percent up", timeline=f"{RISE}2024-02-11  condition  alveolar-hemorrhage",
            critical=SPOKEN),
    Example("coded hematuria counts here", timeline=f"{DOSE}2024-02-05  condition  hematuria\n2024-02-11  condition  hemoptysis",
            critical=SPOKEN),
    Example("hematuria explained by an infection counts here",
            timeline=f"{BLOOD}2024-02-10  condition  urinary-tract-infection\n2024-02-11  condition  hemoptysis", critical=SPOKEN),
    Example("acute kidney failure by code", critical=SPOKEN,
            timeline=f"{DOSE}2024-02-05  condition  kidney-failure-emergency\n2024-02-11  condition  dyspnea"),
    Example("hemoptysis 30 days ago", timeline=f"{BLOOD}2024-01-13  condition  hemoptysis", critical=SPOKEN),
    Example("hemoptysis 31 days ago", timeline=f"{BLOOD}2024-01-12  condition  hemoptysis", silent=True),
    Example("coded hematuria 31 days ago", timeline=f"{DOSE}2024-01-12  condition  hematuria\n2024-02-11  condition  hemoptysis",
            silent="no renal change"),
    Example("hemoptysis that began long ago and was recorded now", timeline=f"{BLOOD}2023-06-01  condition  hemoptysis recorded=2024-02-11",
            critical=SPOKEN),
    Example("hemoptysis of this month, day not known", timeline=f"{BLOOD}2024-01  condition  hemoptysis", critical=SPOKEN),
    Example("hemoptysis resolved this week still counts", timeline=f"{BLOOD}2024-02-08  condition  hemoptysis clinical=resolved",
            critical=SPOKEN),
    Example("hemoptysis without a date counts while it is active", timeline=f"{BLOOD}-  condition  hemoptysis", critical=SPOKEN),
    Example("hemoptysis without a date and resolved", timeline=f"{BLOOD}-  condition  hemoptysis clinical=resolved", silent=True),
    Example("hemoptysis refuted", timeline=f"{BLOOD}2024-02-11  condition  hemoptysis verification=refuted", silent=True),
    Example("a trace on the strip is no hematuria", timeline=f"""{DOSE}2024-02-10  lab  urine-blood-dipstick trace
            2024-02-11  condition  hemoptysis""", silent="no renal change"),
    Example("a creatinine 29 percent up", timeline=f"""2023-02-20  lab  creatinine 1.0 mg/dL
            {DOSE}2024-02-10  lab  creatinine 1.29 mg/dL
            2024-02-11  condition  dyspnea""", silent="no renal change"),
    Example("hemoptysis without a renal change", timeline=f"{DOSE}2024-02-11  condition  hemoptysis", silent="no renal change"),
    Example("hemoptysis before the first dose", timeline="""2024-02-01  condition  hemoptysis
            2024-02-08  dose  alemtuzumab 12 mg
            2024-02-10  lab  urine-rbc-microscopy 10 /[HPF]""", silent=True),
    Example("at signing of the next course", hook="order-sign", critical=SPOKEN,
            timeline=f"{BLOOD}2024-02-11  condition  hemoptysis\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg"),
    Example("conditions could not be read", timeline=BLOOD, failed=("conditions",), not_assessed=True),
    Example("laboratory could not be read", timeline=f"{DOSE}2024-02-11  condition  hemoptysis", failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="renal-pulmonary-emergency",
    title="Renal change with lung bleeding signs",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="renal-pulmonary",
    source=Citation(us="5.7", evidence="label; 30 days implementation choice", protocol="C.4 renal-pulmonary-emergency"),
    to_find=(c.CREATININE, c.URINE_RBC, c.URINE_BLOOD_STRIP, c.HEMOPTYSIS, c.ALVEOLAR_HEMORRHAGE, c.DYSPNEA, c.HEMATURIA, c.KIDNEY_FAILURE),
    to_soften=(c.URINALYSIS_PANEL, c.CBC_PANEL, c.ORDERS),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
