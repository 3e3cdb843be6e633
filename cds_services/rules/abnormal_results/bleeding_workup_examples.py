"""Examples of bleeding-workup: signs by code and their age, aPTT boundaries, anticoagulants, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

SPOKEN = "Bleeding after LEMTRADA: CBC and coagulation panel with aPTT"
DOSES = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _given(name: str, facts: str = "", **expected) -> Example:
    return Example(name, timeline=DOSES + facts, **expected)


def _aptt(number, name: str, facts: str = "", **expected) -> Example:
    return _given(name, f"2024-02-10  lab  aptt {number} s high=36\n{facts}", **expected)


EXAMPLES = (
    _given("ecchymosis today", "2024-02-12  condition  bleeding-symptom", warning=SPOKEN, says=("normal INR or platelet count",),
           suggests=("57021-8", "14979-9", "6301-6")),
    _given("nosebleed by ICD code", "2024-02-10  condition  bleeding-symptom code=R04.0", warning=SPOKEN),
    _given("coded hematuria counts", "2024-02-10  condition  hematuria", warning=SPOKEN),
    _given("a sign observed and present", "2024-02-10  lab  bleeding-symptom present category=exam", warning=SPOKEN),
    _given("a sign observed and absent", "2024-02-10  lab  bleeding-symptom absent category=exam", silent=True),
    _given("30 days old", "2024-01-13  condition  bleeding-symptom", warning=SPOKEN),
    _given("31 days old", "2024-01-12  condition  bleeding-symptom", silent="no bleeding sign in 30 days, no prolonged aPTT"),
    _given("began long ago, recorded 30 days ago: the later date counts", "2023-06-12  condition  bleeding-symptom recorded=2024-01-13",
           warning=SPOKEN),
    _given("bled ten days ago, and stopped", "2024-02-02  condition  bleeding-symptom clinical=resolved abated=2024-02-03", warning=SPOKEN),
    _given("refuted", "2024-02-10  condition  bleeding-symptom verification=refuted", silent=True),
    _given("entered in error", "2024-02-10  condition  bleeding-symptom verification=entered-in-error", silent=True),
    _given("another patient's", "2024-02-10  condition  bleeding-symptom patient=other", silent=True),
    Example("before the first dose", timeline="2024-02-01  condition  bleeding-symptom\n2024-02-05  dose  alemtuzumab-lemtrada 12 mg",
            silent=True),
    _given("a sign with platelets of 49", """
           2024-02-10  condition  bleeding-symptom
           2024-02-10  lab        platelet-count 49 10*9/L""", critical=SPOKEN, suggests=("183567007",)),
    _given("a sign with platelets of 50", """
           2024-02-10  condition  bleeding-symptom
           2024-02-10  lab        platelet-count 50 10*9/L""", warning=SPOKEN),
    _given("platelets of 49 without a sign are no finding here", "2024-02-10  lab  platelet-count 49 10*9/L", silent=True),
    _aptt(36, "at the laboratory's limit", silent=True),
    _aptt("36.1", "just above the limit", warning=SPOKEN, suggests=("3209-4",)),
    _aptt(54, "one and a half times the limit", warning=SPOKEN),
    _aptt("54.1", "above one and a half times the limit", critical=SPOKEN, says=("Same-day hematology",)),
    _aptt(">180", "above 180 by comparator", critical=SPOKEN),
    _aptt(60, "under heparin", "2024-02-09  medication  heparin", silent=True),
    _aptt(60, "under an anticoagulant that is taken", "2024-01-09  statement  anticoagulants", silent=True),
    _aptt(60, "the anticoagulant was stopped", "2024-01-09  medication  anticoagulants status=stopped", critical=SPOKEN),
    _aptt(60, "under heparin, and bleeding", "2024-02-09  medication  heparin\n2024-02-11  condition  bleeding-symptom", critical=SPOKEN,
          says=("Anticoagulant on record",)),
    _given("aPTT without the laboratory's limit is not judged", "2024-02-10  lab  aptt 60 s", silent=True),
    _aptt(60, "a newer normal aPTT clears it", "2024-02-11  lab  aptt 30 s high=36", silent=True),
    Example("aPTT 91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  aptt 60 s high=36", silent=True),
    _given("conditions could not be read", failed=("conditions",), not_assessed=True),
    _aptt(40, "conditions could not be read: a long aPTT still speaks", failed=("conditions",), warning=SPOKEN),
    _given("laboratory could not be read", failed=("laboratory",), not_assessed=True),
)
