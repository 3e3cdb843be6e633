"""Examples of pregnancy: diagnoses, tests and status, their ends, the order against the chart, breastfeeding, missing data."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
ORDERED = "2024-02-10  medication  alemtuzumab 12 mg\n"
TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
RECORDED = "Pregnancy recorded: LEMTRADA only if benefit justifies fetal risk"
PREGNANT = "2023-12-14  condition  pregnancy"
HCG, STATUS = "lab  pregnancy-test {}", "lab  pregnancy-status {} category=social-history"
DELIVERY = "2024-01-20  procedure  pregnancy-ended"
ENDED = "2024-01-20  condition  pregnancy-ended system=http://hl7.org/fhir/sid/icd-10-cm"
FEEDING = "Breastfeeding recorded: weigh LEMTRADA against it"
EU_FEEDING = "Breastfeeding recorded: avoid it during LEMTRADA and for 4 months after the last infusion"


def _signed(name: str, *facts: str, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + "\n".join(facts), **expected)


def _viewed(name: str, *facts: str, before: str = TREATED, **expected) -> Example:
    return _signed(name, *facts, draft=before, hook=PATIENT_VIEW, **expected)


def _on(day: str, test: str, answer: str) -> str:
    return f"{day}  {test.format(answer)}"


DIAGNOSES = (
    _signed("current pregnancy at signing", PREGNANT, critical=RECORDED, says=("4 months",)),
    _signed("while the order is selected", PREGNANT, hook=ORDER_SELECT, critical=RECORDED),
    _signed("pregnant state by ICD code", "2023-12-14  condition  pregnancy code=Z33.1", critical=RECORDED),
    _signed("a complication of pregnancy, by range", "2023-12-14  condition  pregnancy code=O21.0 text=Mild_hyperemesis "
            "system=http://hl7.org/fhir/sid/icd-10-cm", critical=RECORDED),
    _signed("without statuses", f"{PREGNANT} clinical=none verification=none", critical=RECORDED),
    _signed("without a date", "-  condition  pregnancy", critical=RECORDED),
    _signed("provisional", f"{PREGNANT} verification=provisional", warning=RECORDED, says=("provisional",)),
    _signed("differential diagnosis", f"{PREGNANT} verification=differential", warning=RECORDED),
    _signed("unconfirmed reads as provisional", f"{PREGNANT} verification=unconfirmed", warning=RECORDED),
    _signed("provisional, and a positive test", f"{PREGNANT} verification=provisional", _on("2024-02-01", HCG, "Positive"),
            critical=RECORDED),
    _signed("refuted", f"{PREGNANT} verification=refuted", silent="no current pregnancy on record"),
    _signed("entered in error", f"{PREGNANT} verification=entered-in-error", silent=True),
    _signed("another patient's", f"{PREGNANT} patient=other", silent=True),
    _signed("resolved", f"{PREGNANT} clinical=resolved", silent=True),
    _signed("inactive", f"{PREGNANT} clinical=inactive", silent=True),
    _signed("ended yesterday", f"{PREGNANT} clinical=none abated=2024-02-11", silent=True),
    _signed("42 weeks on record", "2023-04-24  condition  pregnancy", critical=RECORDED),
    _signed("42 weeks and a day on record: confirm", "2023-04-23  condition  pregnancy", warning=RECORDED, says=("more than 42 weeks",)),
    _signed("a newer negative test makes it doubtful", PREGNANT, _on("2024-02-08", HCG, "Negative"), warning=RECORDED,
            says=("negative test on 2024-02-08",)),
    _signed("an older negative test does not", PREGNANT, _on("2023-11-08", HCG, "Negative"), critical=RECORDED),
)

ENDS = (
    _signed("delivered since (ruling 25)", "2023-05-14  condition  pregnancy", DELIVERY, silent=True),
    _signed("delivered on the day of the entry: it is past", "2024-01-20  condition  pregnancy", DELIVERY, silent=True),
    _signed("pregnant again the day after", "2024-01-21  condition  pregnancy", DELIVERY, critical=RECORDED),
    _signed("spontaneous abortion is no pregnancy, though its code is in the range", f"{ENDED} code=O03.9 text=Abortion", silent=True),
    _signed("delivery by code is no pregnancy", f"{ENDED} code=O80 text=Delivery", silent=True),
    _signed("a birth ends the positive test before it", _on("2023-07-01", HCG, "Positive"), f"{ENDED} code=Z37.0 text=Single_live_birth",
            silent=True),
    _signed("a positive test after the delivery", _on("2024-02-01", HCG, "Positive"), DELIVERY, critical=RECORDED),
    _signed("an uncertain end does not count", PREGNANT, f"{ENDED} code=O03.9 text=Abortion verification=provisional", critical=RECORDED),
    _signed("a delivery that did not happen", PREGNANT, f"{DELIVERY} status=not-done", critical=RECORDED),
    _signed("a delivery known to the month may have been before the entry", "2024-01-20  condition  pregnancy",
            "2024-01  procedure  pregnancy-ended", critical=RECORDED),
)

TESTS = (
    _signed("positive hCG", _on("2024-02-01", HCG, "Positive"), critical=RECORDED),
    _signed("positive hCG of 42 weeks ago", _on("2023-04-24", HCG, "Positive"), critical=RECORDED),
    _signed("positive hCG of 42 weeks and a day ago", _on("2023-04-23", HCG, "Positive"), silent=True),
    _signed("positive, then negative hCG", _on("2024-01-01", HCG, "Positive"), _on("2024-02-01", HCG, "Negative"), silent=True),
    _signed("negative, then positive hCG", _on("2024-01-01", HCG, "Negative"), _on("2024-02-01", HCG, "Positive"), critical=RECORDED),
    _signed("positive and negative on one day: the positive one decides", _on("2024-02-01", HCG, "Positive"),
            _on("2024-02-01", HCG, "Negative"), critical=RECORDED),
    _signed("a preliminary negative test takes nothing back", _on("2024-01-01", HCG, "Positive"),
            _on("2024-02-01", HCG, "Negative status=preliminary"), critical=RECORDED),
    _signed("positive test entered in error", _on("2024-02-01", HCG, "Positive status=entered-in-error"), silent=True),
    _signed("hCG 25 mIU/mL", _on("2024-02-01", HCG, "25 m[IU]/mL code=19080-1"), critical=RECORDED),
    _signed("hCG 24 mIU/mL decides nothing", _on("2024-02-01", HCG, "24 m[IU]/mL code=19080-1"), silent=True),
    _signed("hCG 24 mIU/mL takes an earlier positive test not back", _on("2024-01-01", HCG, "Positive"),
            _on("2024-02-01", HCG, "24 m[IU]/mL code=19080-1"), critical=RECORDED),
    _signed("hCG below 5 is negative", _on("2024-01-01", HCG, "Positive"), _on("2024-02-01", HCG, "<5 m[IU]/mL code=19080-1"), silent=True),
    _signed("status pregnant", _on("2024-02-01", STATUS, "Pregnant"), critical=RECORDED),
    _signed("status not pregnant", _on("2024-02-01", STATUS, "Not_pregnant"), silent=True),
    _signed("status pregnant, 42 weeks and a day old", _on("2023-04-23", STATUS, "Pregnant"), silent=True),
    _signed("status possible pregnancy", _on("2024-02-01", STATUS, "Possible_pregnancy"), warning=RECORDED, says=("not definite",)),
    _signed("status pregnant, then not pregnant", _on("2024-01-01", STATUS, "Pregnant"), _on("2024-02-01", STATUS, "Not_pregnant"),
            silent=True),
    _signed("positive test, newer status not pregnant", _on("2024-01-01", HCG, "Positive"), _on("2024-02-01", STATUS, "Not_pregnant"),
            silent=True),
    _signed("status unknown", _on("2024-02-01", STATUS, "Unknown"), silent=True),
)

CHART = (
    _viewed("pregnant under surveillance", PREGNANT, info=RECORDED, says=("TSH", "placenta")),
    _viewed("positive test under surveillance", _on("2024-02-01", HCG, "Positive"), info=RECORDED),
    _viewed("last day of surveillance", "2027-01-14  condition  pregnancy", as_of="2027-03-06", info=RECORDED),
    _viewed("the day after", "2027-01-14  condition  pregnancy", as_of="2027-03-07", silent=True),
    _viewed("pregnant while alemtuzumab is on order", PREGNANT, before=ORDERED, warning=RECORDED),
    _viewed("pregnant under surveillance and on order", PREGNANT, before=TREATED + ORDERED, warning=RECORDED, says=("TSH",)),
    _viewed("not pregnant", silent="no current pregnancy on record"),
    _viewed("delivered", "2023-05-14  condition  pregnancy", DELIVERY, silent=True),
    _viewed("Europe: the same", PREGNANT, jurisdiction="EU", info=RECORDED),
)

BREASTFEEDING = (
    _signed("breastfeeding", "2024-01-20  condition  breastfeeding", info=FEEDING),
    _signed("Europe: breastfeeding", "2024-01-20  condition  breastfeeding", jurisdiction="EU", info=EU_FEEDING),
    _signed("lactation care by code is no pregnancy", "2024-01-20  condition  breastfeeding code=Z39.1", info=FEEDING),
    _signed("breastfeeding that is over", "2024-01-20  condition  breastfeeding clinical=resolved", silent=True),
    _signed("breastfeeding and pregnant", "2024-01-20  condition  breastfeeding", PREGNANT, critical=RECORDED, says=("breastfeeding",)),
    _viewed("breastfeeding 4 months after the last infusion", "2024-01-20  condition  breastfeeding",
            before="2023-10-12  dose  alemtuzumab-lemtrada 12 mg\n", jurisdiction="EU", info=EU_FEEDING),
    _viewed("breastfeeding a day more than 4 months after it", "2024-01-20  condition  breastfeeding",
            before="2023-10-11  dose  alemtuzumab-lemtrada 12 mg\n", jurisdiction="EU", silent=True),
)

MISSING = (
    _signed("nothing on record", silent="no current pregnancy on record"),
    _signed("a male patient with a pregnancy on record is told too", PREGNANT, "-  patient gender=male", critical=RECORDED),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
    _signed("procedures could not be read, the pregnancy is there", PREGNANT, failed=("procedures",), critical=RECORDED),
)

EXAMPLES = (*DIAGNOSES, *ENDS, *TESTS, *CHART, *BREASTFEEDING, *MISSING)
