"""Examples of hlh-suspect: every feature's boundary, days between features, two and three features, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSES = "2022-11-07  dose  alemtuzumab-lemtrada 12 mg\n"
FERRITIN = "2024-02-10  lab  ferritin 501 ng/mL\n"
ALT = "2024-02-10  lab  alt 121 U/L high=40\n"
TWO_LINES = "2024-02-10  lab  platelet-count 90 10*9/L\n2024-02-10  lab  neutrophils 0.9 10*9/L\n"


def _says(*features: str) -> str:
    return f"HLH features after LEMTRADA ({', '.join(features)}): evaluate now"


F, A = "ferritin 501 ng/mL", "ALT 121 U/L"


def _given(name: str, facts: str, **expected) -> Example:
    return Example(name, timeline=DOSES + facts, **expected)


def _with_ferritin(name: str, facts: str, **expected) -> Example:
    """Ferritin of 501 is one feature; the facts decide whether there is a second."""
    return _given(name, FERRITIN + facts, **expected)


EXAMPLES = (
    _given("ferritin of 501 and ALT above three times its limit", FERRITIN + ALT, warning=_says(F, A), says=("Still's disease",),
           suggests=("2276-4", "57021-8", "24325-3", "2571-8", "183567007")),
    _given("ferritin of exactly 500 is no feature", "2024-02-10  lab  ferritin 500 ng/mL\n" + ALT, silent="1 of 2 features within 14 days"),
    _given("ferritin of 501 alone", FERRITIN, silent=True),
    _with_ferritin("ALT of exactly three times its limit is no feature", "2024-02-10  lab  alt 120 U/L high=40", silent=True),
    _with_ferritin("AST without a limit of its own is compared with 40", "2024-02-10  lab  ast 121 U/L",
                   warning=_says(F, "AST 121 U/L"), says=("compared with 40",)),
    _with_ferritin("ALT and AST are one feature", ALT + "2024-02-10  lab  ast 200 U/L high=40", warning=_says(F, A)),
    _with_ferritin("triglycerides of 266", "2024-02-10  lab  triglycerides 266 mg/dL", warning=_says(F, "triglycerides 266 mg/dL"),
                   says=("fasting",)),
    _with_ferritin("triglycerides of exactly 265", "2024-02-10  lab  triglycerides 265 mg/dL", silent=True),
    _with_ferritin("3 mmol/L of triglycerides are 265.71", "2024-02-10  lab  triglycerides 3 mmol/L",
                   warning=_says(F, "triglycerides 265.71 mg/dL")),
    _with_ferritin("two readings of 38.5", """
                   2024-02-09T08:00  lab  body-temperature 38.5 Cel
                   2024-02-10T20:00  lab  body-temperature 38.5 Cel""", warning=_says("fever", F)),
    _with_ferritin("one reading of 38.5 is no feature", "2024-02-09T08:00  lab  body-temperature 38.5 Cel", silent=True),
    _with_ferritin("two readings of 38.4 are no feature", """
                   2024-02-09T08:00  lab  body-temperature 38.4 Cel
                   2024-02-10T20:00  lab  body-temperature 38.4 Cel""", silent=True),
    _with_ferritin("fever by code", "2024-02-09  condition  fever code=R50.9", warning=_says("fever", F)),
    _with_ferritin("enlarged spleen by code", "2024-02-09  condition  hepatomegaly-splenomegaly code=16294009",
                   warning=_says(F, "enlarged liver or spleen")),
    _with_ferritin("enlarged spleen refuted", "2024-02-09  condition  hepatomegaly-splenomegaly verification=refuted", silent=True),
    _with_ferritin("enlarged spleen since before the first dose", "2022-11-01  condition  hepatomegaly-splenomegaly", silent=True),
    _with_ferritin("two low cell lines", TWO_LINES, warning=_says(F, "2 low cell lines")),
    _with_ferritin("one low cell line is no feature", "2024-02-10  lab  platelet-count 90 10*9/L", silent=True),
    _with_ferritin("hemoglobin fallen by 2 is a low cell line", """
                   2022-10-20  lab  hemoglobin 13.5 g/dL
                   2024-02-10  lab  hemoglobin 11.5 g/dL
                   2024-02-10  lab  platelet-count 99 10*9/L""", warning=_says(F, "2 low cell lines")),
    _given("three features are critical", FERRITIN + ALT + TWO_LINES, critical=_says(F, "2 low cell lines", A),
           says=("Same-day hematology",)),
    _given("six features: numbers are never cut", FERRITIN + ALT + TWO_LINES + """
           2024-02-10  lab        triglycerides 300 mg/dL
           2024-02-10  condition  fever
           2024-02-10  condition  hepatomegaly-splenomegaly""",
           critical=_says("fever", F, "2 low cell lines", A, "triglycerides 300 mg/dL", "+1 more")),
    _given("ferritin above 10000 alone is critical", "2024-02-10  lab  ferritin 10001 ng/mL", critical=_says("ferritin 10001 ng/mL")),
    _given("ferritin of exactly 10000 alone", "2024-02-10  lab  ferritin 10000 ng/mL", silent=True),
    _given("ferritin above 16500 by comparator", "2024-02-10  lab  ferritin >16500 ug/L", critical=_says("ferritin >16500 ng/mL")),
    _given("HLH on record is critical", "2024-02-01  condition  hlh", critical=_says("HLH on record")),
    _given("HLH refuted", "2024-02-01  condition  hlh verification=refuted", silent=True),
    _given("HLH from before the first dose", "2021-02-01  condition  hlh", silent=True),
    _given("14 days apart", "2024-01-27  lab  ferritin 501 ng/mL\n" + ALT, warning=_says(F, A)),
    _given("15 days apart", "2024-01-26  lab  ferritin 501 ng/mL\n" + ALT, silent=True),
    _given("a newer normal ferritin clears it", FERRITIN + ALT + "2024-02-11  lab  ferritin 90 ng/mL", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=DOSES + FERRITIN + ALT, silent=True),
    Example("five years after the first dose it still speaks", as_of="2027-12-01",
            timeline=f"{DOSES}2027-11-30  lab  ferritin 501 ng/mL\n2027-11-30  lab  alt 121 U/L high=40", warning=_says(F, A)),
    Example("before the first dose", timeline=FERRITIN + ALT + "2024-02-11  dose  alemtuzumab-lemtrada 12 mg", silent=True),
    _given("entered in error", FERRITIN + "2024-02-10  lab  alt 121 U/L high=40 status=entered-in-error", silent=True),
    Example("at signing of the next course", hook="order-sign",
            timeline=DOSES + FERRITIN + ALT + "2024-02-12  draft  alemtuzumab-lemtrada 12 mg", warning=_says(F, A),
            says=("Do not start the infusion",)),
    _given("vital signs could not be read: two features still speak", FERRITIN + ALT, failed=("vitalSigns",), warning=_says(F, A)),
    _given("vital signs could not be read", FERRITIN, failed=("vitalSigns",), not_assessed=True),
    _given("laboratory could not be read", "", failed=("laboratory",), not_assessed=True),
)
