"""Examples of hypersensitivity: allergies by code and in words, statuses, excipients, anaphylaxis near an infusion, silence."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=3\n"
ALLERGY = "2023-04-01  allergy  hypersensitivity-substance code=129472003"
FORBIDS = "Alemtuzumab hypersensitivity on record: LEMTRADA is contraindicated"
REVIEW = "Alemtuzumab intolerance of low criticality on record: infusion-reaction entry? Review before LEMTRADA"
ENDED = "Alemtuzumab hypersensitivity on record, marked {}: review before LEMTRADA"
INFUSION = "2023-02-06T09:00  dose  alemtuzumab-lemtrada 12 mg ended=2023-02-06T13:00"
ANAPHYLAXIS = "condition  anaphylaxis code=39579001"


def _signed(name: str, *facts: str, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + "\n".join(facts), **expected)


def _substance(reaction: str) -> dict:
    """An allergy whose culprit stands in reaction.substance alone."""
    return {"resourceType": "AllergyIntolerance", "id": "allergy-reaction", "patient": {"reference": "Patient/example"},
            "code": {"text": "Drug allergy"}, "reaction": [{"substance": {"text": reaction}, "manifestation": [{"text": "urticaria"}]}]}


ALLERGIES = (
    _signed("allergy to alemtuzumab", ALLERGY, critical=FORBIDS, says=("Do not give",)),
    _signed("while the order is selected", ALLERGY, hook=ORDER_SELECT, critical=FORBIDS),
    _signed("on the chart while alemtuzumab is on order", "2024-02-10  medication  alemtuzumab 12 mg", ALLERGY, draft="", hook=PATIENT_VIEW,
            critical=FORBIDS),
    _signed("on the chart without an order", INFUSION, ALLERGY, draft="", hook=PATIENT_VIEW, silent=True),
    _signed("by product code", "2023-04-01  allergy  alemtuzumab-campath", critical=FORBIDS),
    _signed("in words, beside no known allergies", "2023-04-01  allergy  - text=Campath_-_anaphylaxis_2011",
            "2023-04-01  allergy  no-known-allergy", critical=FORBIDS),
    _signed("as the substance of a reaction", resources=(_substance("Lemtrada"),), critical=FORBIDS),
    _signed("without clinical status", f"{ALLERGY} clinical=none", critical=FORBIDS),
    _signed("unconfirmed still counts", f"{ALLERGY} verification=unconfirmed", critical=FORBIDS, says=("unconfirmed",)),
    _signed("without verification status", f"{ALLERGY} verification=none", critical=FORBIDS),
    _signed("refuted (E58)", f"{ALLERGY} verification=refuted", silent="no hypersensitivity to alemtuzumab on record"),
    _signed("entered in error", f"{ALLERGY} verification=entered-in-error", silent=True),
    _signed("another patient's", f"{ALLERGY} patient=other", silent=True),
    _signed("allergy to latex alone (E58)", "2023-04-01  allergy  - text=Latex", silent=True),
    _signed("no known allergies", "2023-04-01  allergy  no-known-allergy", silent=True),
    _signed("intolerance of low criticality (E58)", f"{ALLERGY} type=intolerance criticality=low", warning=REVIEW),
    _signed("intolerance of low criticality with anaphylaxis", f"{ALLERGY} type=intolerance criticality=low manifestation=anaphylaxis",
            critical=FORBIDS),
    _signed("intolerance of high criticality", f"{ALLERGY} type=intolerance criticality=high", critical=FORBIDS),
    _signed("intolerance whose criticality is not known", f"{ALLERGY} type=intolerance criticality=unable-to-assess", critical=FORBIDS),
    _signed("intolerance without criticality", f"{ALLERGY} type=intolerance", critical=FORBIDS),
    _signed("allergy of low criticality", f"{ALLERGY} type=allergy criticality=low", critical=FORBIDS),
    _signed("no type, low criticality", f"{ALLERGY} criticality=low", critical=FORBIDS),
    _signed("inactive", f"{ALLERGY} clinical=inactive", warning=ENDED.format("inactive")),
    _signed("resolved", f"{ALLERGY} clinical=resolved", warning=ENDED.format("resolved")),
    _signed("an active entry beside a resolved one", f"{ALLERGY} clinical=resolved", "2023-05-01  allergy  hypersensitivity-substance",
            critical=FORBIDS),
)

EXCIPIENTS = (
    _signed("polysorbate 80 in words", "2023-04-01  allergy  - text=Polysorbate_80",
            warning="Polysorbate 80: hypersensitivity to an excipient of LEMTRADA on record, review"),
    _signed("disodium edetate in words", "2023-04-01  allergy  - text=Disodium_edetate",
            warning="Disodium edetate: hypersensitivity to an excipient of LEMTRADA on record, review"),
    _signed("edetate disodium by code", "2023-04-01  allergy  hypersensitivity-excipient",
            warning="Edetate disodium (substance): hypersensitivity to an excipient of LEMTRADA on record, review"),
    _signed("excipient, refuted", "2023-04-01  allergy  - text=Polysorbate_80 verification=refuted", silent=True),
    _signed("alemtuzumab outranks an excipient", "2023-04-01  allergy  - text=Polysorbate_80", ALLERGY, critical=FORBIDS,
            says=("Polysorbate 80",)),
)

INFUSIONS = (
    _signed("anaphylaxis during an infusion", INFUSION, f"2023-02-06T11:00  {ANAPHYLAXIS}", critical=FORBIDS),
    _signed("anaphylaxis 24 hours after the end", INFUSION, f"2023-02-07T13:00  {ANAPHYLAXIS}", critical=FORBIDS),
    _signed("anaphylaxis a minute later than that", INFUSION, f"2023-02-07T13:01  {ANAPHYLAXIS}", silent=True),
    _signed("anaphylaxis before the infusion", INFUSION, f"2023-02-06T08:00  {ANAPHYLAXIS}", silent=True),
    _signed("anaphylaxis known to the day, the day after", INFUSION, f"2023-02-07  {ANAPHYLAXIS}", critical=FORBIDS),
    _signed("anaphylaxis known to the day, two days after", INFUSION, f"2023-02-08  {ANAPHYLAXIS}", silent=True),
    _signed("anaphylaxis that is over is still hypersensitivity", INFUSION, f"2023-02-06T11:00  {ANAPHYLAXIS} clinical=resolved",
            critical=FORBIDS),
    _signed("anaphylaxis, refuted", INFUSION, f"2023-02-06T11:00  {ANAPHYLAXIS} verification=refuted", silent=True),
    _signed("anaphylaxis that names the drug, whenever", f"2019-05-01  {ANAPHYLAXIS} text=Anaphylaxis_due_to_alemtuzumab",
            critical=FORBIDS),
    _signed("anaphylaxis to peanuts years before", INFUSION, f"2010-05-01  {ANAPHYLAXIS} text=Anaphylaxis_to_peanut", silent=True),
    _signed("infusion stopped for anaphylaxis, in its remarks", resources=({
        "resourceType": "MedicationAdministration", "id": "stopped", "status": "stopped", "effectiveDateTime": "2023-02-06T09:00:00Z",
        "subject": {"reference": "Patient/example"}, "medicationCodeableConcept": {"text": "Lemtrada"},
        "statusReason": [{"text": "Anaphylaxis"}]},), critical=FORBIDS),
    _signed("infusion stopped, no anaphylaxis in its remarks", resources=({
        "resourceType": "MedicationAdministration", "id": "stopped", "status": "stopped", "effectiveDateTime": "2023-02-06T09:00:00Z",
        "subject": {"reference": "Patient/example"}, "medicationCodeableConcept": {"text": "Lemtrada"},
        "statusReason": [{"text": "Headache, no anaphylaxis"}]},), silent=True),
)

MISSING = (
    _signed("allergies could not be read (E75)", failed=("allergies",), not_assessed=True),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
    _signed("administrations could not be read", failed=("medicationAdministrations",), not_assessed=True),
    _signed("dispenses could not be read: they hold no infusion that was stopped", failed=("medicationDispenses",), silent=True),
    _signed("conditions could not be read, the allergy is there", ALLERGY, failed=("conditions",), critical=FORBIDS),
    _signed("Europe: the same", ALLERGY, jurisdiction="EU", critical=FORBIDS),
)

EXAMPLES = (*ALLERGIES, *EXCIPIENTS, *INFUSIONS, *MISSING)
