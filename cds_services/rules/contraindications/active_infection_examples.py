"""Examples of active-infection: tiers, statuses, fever before the start, European grading, silence, missing data."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
TAIL = "Do not start LEMTRADA until resolved"
PNEUMONIA = "condition  active-infection code=233604007"
PNEUMONIA_SAYS = f"Active infection on record: Pneumonia (disorder). {TAIL}"
UTI = "condition  active-infection code=68566005"
UTI_SAYS = f"Active infection on record: Urinary tract infectious disease (disorder). {TAIL}"


def _signed(name: str, facts: str = "", *, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + facts, **expected)


def _fever(name: str, line: str, **expected) -> Example:
    return _signed(name, line, as_of="2024-02-12T12:00", **expected)


TIERS = (
    _signed("pneumonia of five days", f"2024-02-07  {PNEUMONIA}", critical=PNEUMONIA_SAYS, suggests=("306284005",),
            says=("contraindicated",)),
    _signed("while the order is selected", f"2024-02-07  {PNEUMONIA}", hook=ORDER_SELECT, critical=PNEUMONIA_SAYS),
    _signed("on the chart while alemtuzumab is on order", f"2024-02-10  medication  alemtuzumab 12 mg\n2024-02-07  {PNEUMONIA}",
            draft="", hook=PATIENT_VIEW, critical=PNEUMONIA_SAYS),
    _signed("on the chart without an order", f"2023-03-06  dose  alemtuzumab 12 mg\n2024-02-07  {PNEUMONIA}",
            draft="", hook=PATIENT_VIEW, silent=True),
    _signed("90 days on the problem list is critical", f"2023-11-14  {UTI}", critical=UTI_SAYS),
    _signed("91 days on the problem list asks whether it is over and is not dropped", f"2023-11-13  {UTI}", warning=UTI_SAYS,
            says=("confirm whether it is resolved",)),
    _signed("problem list entry of 2019, still active (E53)", f"2019-05-04  {UTI}", warning=UTI_SAYS),
    _signed("begun in 2019, recorded 90 days ago: the later date is its age", f"2019-05-04  {UTI} recorded=2023-11-14", critical=UTI_SAYS),
    _signed("begun in 2019, recorded 91 days ago", f"2019-05-04  {UTI} recorded=2023-11-13", warning=UTI_SAYS),
    _signed("diagnosis of an encounter 30 days ago", f"2024-01-13  {UTI} category=encounter-diagnosis", critical=UTI_SAYS),
    _signed("diagnosis of an encounter 90 days ago", f"2023-11-14  {UTI} category=encounter-diagnosis", critical=UTI_SAYS),
    _signed("diagnosis of an encounter 91 days ago", f"2023-11-13  {UTI} category=encounter-diagnosis", warning=UTI_SAYS),
    _signed("known to the month: the latest day counts", f"2023-11  {UTI}", critical=UTI_SAYS),
    _signed("without any date it counts as recent", f"-  {UTI}", critical=UTI_SAYS),
    _signed("wart: minor infection", "2024-02-07  condition  minor-or-superficial-infection code=B07.9 text=Plantar_wart",
            warning=f"Active infection on record: Plantar wart. {TAIL}"),
    _signed("ringworm: superficial infection", "2024-02-07  condition  minor-or-superficial-infection code=B35.4 text=Tinea_corporis",
            warning=f"Active infection on record: Tinea corporis. {TAIL}"),
    _signed("cold sore: minor infection", "2024-02-07  condition  minor-or-superficial-infection code=B00.1 text=Herpes_labialis",
            warning=f"Active infection on record: Herpes labialis. {TAIL}"),
    _signed("herpes meningitis is not minor", "2024-02-07  condition  severe-infection code=B00.3",
            critical=f"Active infection on record: Herpesviral meningitis. {TAIL}"),
    _signed("the recent infection is named, the old one is a line", f"2019-05-04  {UTI}\n2024-02-07  {PNEUMONIA}", critical=PNEUMONIA_SAYS,
            says=("Urinary tract infectious disease",)),
    _signed("two recent infections are both named", f"2024-02-07  {UTI}\n2024-02-08  {PNEUMONIA}",
            critical="Active infection on record: Urinary tract infectious disease (disorder), Pneumonia (disorder). "
                     "Do not start LEMTRADA until resolved"),
    _signed("active tuberculosis", "2024-02-01  condition  tb-active code=154283005",
            critical=f"Active infection on record: Pulmonary tuberculosis (disorder). {TAIL}"),
    _signed("listeriosis", "2024-02-01  condition  listeriosis",
            critical=f"Active infection on record: Listeriosis. {TAIL}"),
)

STATUSES = (
    _signed("ICD code without dot, no clinical status (E55, E57)", "2024-02-07  condition  active-infection code=J189 "
            "text=Pneumonia,_unspecified clinical=none system=http://hl7.org/fhir/sid/icd-10-cm",
            critical=f"Active infection on record: Pneumonia, unspecified. {TAIL}"),
    _signed("recurrence", f"2024-02-07  {UTI} clinical=recurrence", critical=UTI_SAYS),
    _signed("relapse", f"2024-02-07  {UTI} clinical=relapse", critical=UTI_SAYS),
    _signed("clinical status unknown counts as active", f"2024-02-07  {UTI} clinical=unknown", critical=UTI_SAYS),
    _signed("resolved", f"2024-02-07  {UTI} clinical=resolved", silent="no active infection on record"),
    _signed("inactive", f"2024-02-07  {UTI} clinical=inactive", silent=True),
    _signed("in remission", f"2024-02-07  {UTI} clinical=remission", silent=True),
    _signed("ended yesterday (E54)", f"2024-02-01  {UTI} clinical=none abated=2024-02-11", silent=True),
    _signed("ended yesterday, though still marked active", f"2024-02-01  {UTI} abated=2024-02-11", silent=True),
    _signed("ends today: not yet past", f"2024-02-01  {UTI} clinical=none abated=2024-02-12", critical=UTI_SAYS),
    _signed("ends this month, day unknown: not yet past for certain", f"2024-02-01  {UTI} clinical=none abated=2024-02", critical=UTI_SAYS),
    _signed("provisional pneumonia (E56)", f"2024-02-07  {PNEUMONIA} verification=provisional", warning=PNEUMONIA_SAYS,
            says=("not confirmed",)),
    _signed("differential diagnosis", f"2024-02-07  {PNEUMONIA} verification=differential", warning=PNEUMONIA_SAYS),
    _signed("unconfirmed", f"2024-02-07  {PNEUMONIA} verification=unconfirmed", warning=PNEUMONIA_SAYS),
    _signed("without verification status it counts as confirmed", f"2024-02-07  {PNEUMONIA} verification=none", critical=PNEUMONIA_SAYS),
    _signed("refuted", f"2024-02-07  {PNEUMONIA} verification=refuted", silent=True),
    _signed("entered in error", f"2024-02-07  {PNEUMONIA} verification=entered-in-error", silent=True),
    _signed("another patient's", f"2024-02-07  {PNEUMONIA} patient=other", silent=True),
    _signed("chronic hepatitis B is told by another rule", "2024-02-07  condition  hepatitis-b-c code=B18.1", silent=True),
    _signed("HIV disease is told by another rule", "2024-02-07  condition  hiv-infection code=B20", silent=True),
    _signed("sequelae of tuberculosis", "2024-02-07  condition  active-infection-exclusions code=B90.9", silent=True),
    _signed("a germ as cause of disease coded elsewhere", "2024-02-07  condition  active-infection-exclusions code=B96.20", silent=True),
    _signed("latent tuberculosis is told by another rule", "2024-02-07  condition  tb-positive-or-latent code=Z22.7", silent=True),
)

FEVER = (
    _fever("fever of 38.0", "2024-02-11T09:00  lab  body-temperature 38.0 Cel",
           warning="Fever 38 °C (2024-02-11): exclude infection before LEMTRADA"),
    _fever("37.9 is no fever", "2024-02-11T09:00  lab  body-temperature 37.9 Cel", silent=True),
    _fever("100.4 degrees Fahrenheit are 38.0", "2024-02-11T09:00  lab  body-temperature 100.4 [degF]",
           warning="Fever 38 °C (2024-02-11): exclude infection before LEMTRADA"),
    _fever("100.3 degrees Fahrenheit", "2024-02-11T09:00  lab  body-temperature 100.3 [degF]", silent=True),
    _fever("48 hours ago", "2024-02-10T12:00  lab  body-temperature 39.0 Cel",
           warning="Fever 39 °C (2024-02-10): exclude infection before LEMTRADA"),
    _fever("a minute more than 48 hours ago", "2024-02-10T11:59  lab  body-temperature 39.0 Cel", silent=True),
    _fever("a later normal temperature does not clear it", """2024-02-11T09:00  lab  body-temperature 38.6 Cel
           2024-02-12T08:00  lab  body-temperature 36.8 Cel""", warning="Fever 38.6 °C (2024-02-11): exclude infection before LEMTRADA"),
    _signed("the start lies four days ahead: the 48 hours before it have not begun", "2024-02-12T08:00  lab  body-temperature 39.0 Cel",
            draft="2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-16\n", silent=True),
    _signed("the start is tomorrow", "2024-02-11T08:00  lab  body-temperature 39.0 Cel",
            draft="2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-13\n",
            warning="Fever 39 °C (2024-02-11): exclude infection before LEMTRADA"),
    _signed("fever beside an infection is a line of its card", f"2024-02-07  {PNEUMONIA}\n2024-02-11T20:00  lab  body-temperature 38.4 Cel",
            critical=PNEUMONIA_SAYS, says=("38.4 Cel",)),
)

DRUGS = (
    _signed("an antibiotic alone is told", "2024-02-08  medication  anti-infectives code=J01CA04 text=amoxicillin",
            info="Anti-infective drug active: amoxicillin. Exclude active infection before LEMTRADA"),
    _signed("an antibiotic known by its name", "2024-02-08  medication  - text=Ciprofloxacin_500_mg",
            info="Anti-infective drug active: Ciprofloxacin 500 mg. Exclude active infection before LEMTRADA"),
    _signed("herpes prophylaxis is none", "2024-02-08  medication  antivirals-herpes code=197310", silent=True),
    _signed("an antibiotic that was stopped", "2024-02-08  medication  anti-infectives code=J01CA04 text=amoxicillin status=stopped",
            silent=True),
    _signed("an antibiotic beside an infection is a line of its card",
            f"2024-02-07  {PNEUMONIA}\n2024-02-08  medication  anti-infectives code=J01CA04 text=amoxicillin",
            critical=PNEUMONIA_SAYS, says=("amoxicillin",)),
)

EUROPE = (
    _signed("Europe: pneumonia is severe by code", f"2024-02-07  {PNEUMONIA}", jurisdiction="EU", critical=PNEUMONIA_SAYS),
    _signed("Europe: sepsis", "2024-02-07  condition  active-infection code=91302008", jurisdiction="EU",
            critical=f"Active infection on record: Sepsis. {TAIL}"),
    _signed("Europe: meningitis", "2024-02-07  condition  active-infection code=7180009", jurisdiction="EU",
            critical=f"Active infection on record: Meningitis. {TAIL}"),
    _signed("Europe: endocarditis", "2024-02-07  condition  severe-infection code=I33.0 text=Acute_endocarditis "
            "system=http://hl7.org/fhir/sid/icd-10-cm", jurisdiction="EU",
            critical=f"Active infection on record: Acute endocarditis. {TAIL}"),
    _signed("Europe: active tuberculosis", "2024-02-01  condition  tb-active code=154283005", jurisdiction="EU",
            critical=f"Active infection on record: Pulmonary tuberculosis (disorder). {TAIL}"),
    _signed("Europe: listeriosis", "2024-02-01  condition  listeriosis", jurisdiction="EU",
            critical=f"Active infection on record: Listeriosis. {TAIL}"),
    _signed("Europe: progressive multifocal leukoencephalopathy", "2024-02-01  condition  pml", jurisdiction="EU",
            critical=f"Active infection on record: Progressive multifocal leukoencephalopathy. {TAIL}"),
    _signed("Europe: urinary infection not graded asks", f"2024-02-07  {UTI}", jurisdiction="EU", warning=UTI_SAYS, says=("severe",)),
    _signed("Europe: urinary infection marked severe", f"2024-02-07  {UTI} severity=Severe", jurisdiction="EU", critical=UTI_SAYS),
    _signed("Europe: urinary infection marked moderate", f"2024-02-07  {UTI} severity=Moderate", jurisdiction="EU", warning=UTI_SAYS),
    _signed("Europe: severe, but 91 days on the problem list", f"2023-11-13  {PNEUMONIA}", jurisdiction="EU", warning=PNEUMONIA_SAYS),
    _signed("Switzerland and the United Kingdom are as Europe", f"2024-02-07  {UTI}", jurisdiction="CH", warning=UTI_SAYS),
    _signed("strictest: any infection forbids", f"2024-02-07  {UTI}", jurisdiction="strictest", critical=UTI_SAYS),
)

MISSING = (
    _signed("nothing on record", silent="no active infection on record"),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
    _signed("vital signs could not be read, an infection is there", f"2024-02-07  {PNEUMONIA}", failed=("vitalSigns",),
            critical=PNEUMONIA_SAYS),
    _signed("CAMPATH for leukemia is out of scope", f"2020-01-01  condition  chronic-lymphocytic-leukemia\n2024-02-07  {PNEUMONIA}",
            draft="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent="CAMPATH for leukemia is out of scope"),
)

EXAMPLES = (*TIERS, *STATUSES, *FEVER, *DRUGS, *EUROPE, *MISSING)
