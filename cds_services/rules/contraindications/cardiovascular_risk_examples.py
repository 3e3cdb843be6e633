"""Examples of cardiovascular-risk: US and EU, history, statuses, blood pressure, drugs that hinder clotting, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
PRESSURE = "{}  lab  blood-pressure {} mm[Hg] code=8480-6\n{}  lab  blood-pressure {} mm[Hg] code=8462-4\n"
NORMAL = PRESSURE.format("2024-02-01T09:00", 122, "2024-02-01T09:00", 78)


def _says(name: str) -> str:
    return f"{name} on record: cardiovascular or bleeding risk with LEMTRADA"


def _us(name: str, *lines: str, **more) -> Example:
    return Example(name, timeline=DRAFT + "\n".join(lines), **more)


def _eu(name: str, *lines: str, **more) -> Example:
    return _us(f"EU: {name}", *lines, **{"jurisdiction": "EU", **more})


def _measured(systolic: int, diastolic: int, day: str = "2024-02-10T09:00") -> str:
    return PRESSURE.format(day, systolic, day, diastolic)


STROKE, ANGINA = _says("History of cerebrovascular accident (situation)"), _says("Angina pectoris")
PANEL = {
    "resourceType": "Observation", "id": "panel", "status": "final", "subject": {"reference": "Patient/example"},
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}, "effectiveDateTime": "2024-02-11T09:00:00Z",
    "component": [
        {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {
            "value": 104, "unit": "mm[Hg]", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {
            "value": 151, "unit": "mm[Hg]", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}]}

EXAMPLES = (
    _us("history of stroke", "2020-01-01  condition  stroke-history", warning=STROKE),
    _eu("history of stroke", "2020-01-01  condition  stroke-history", critical=STROKE),
    _eu("strictest", "2020-01-01  condition  stroke-history", jurisdiction="strictest", critical=STROKE),
    _us("stable angina (E89)", "2020-01-01  condition  angina-mi", warning=ANGINA),
    _eu("stable angina (E89)", "2020-01-01  condition  angina-mi", critical=ANGINA),
    _eu("angina that is resolved is a history of angina", "2020-01-01  condition  angina-mi clinical=resolved", critical=ANGINA),
    _eu("angina not confirmed", "2020-01-01  condition  angina-mi verification=provisional", warning=ANGINA),
    _eu("a heart attack as an ICD code without its dot",
        "2020-01-01 condition angina-mi code=I214 system=http://hl7.org/fhir/sid/icd-10 text=NSTEMI", critical=_says("NSTEMI")),
    _eu("dissection of a vertebral artery", "2020-01-01  condition  arterial-dissection code=230730001",
        critical=_says("Dissection of vertebral artery")),
    _eu("a transient ischemic attack is a warning", "2020-01-01  condition  tia", warning=_says("Transient ischemic attack (disorder)")),
    _eu("coagulation disorder", "2020-01-01  condition  coagulopathy", critical=_says("Blood coagulation disorder (disorder)")),
    _eu("coagulation disorder resolved", "2020-01-01  condition  coagulopathy clinical=resolved",
        warning=_says("Blood coagulation disorder (disorder)")),
    _eu("hypertensive crisis by code", "2024-01-01  condition  uncontrolled-hypertension code=706882009",
        critical=_says("Hypertensive crisis (disorder)")),
    _eu("hypertensive crisis resolved", "2020-01-01  condition  uncontrolled-hypertension clinical=resolved",
        silent="no cardiovascular or bleeding risk found"),
    _eu("hypertension by code alone", "2020-01-01  condition  hypertension", silent=True),
    _eu("stroke refuted", "2020-01-01  condition  stroke-history verification=refuted", silent=True),
    _eu("another patient's stroke", "2020-01-01  condition  stroke-history patient=other", silent=True),
    _us("warfarin", "2024-01-01  medication  anticoagulants", warning=_says("Warfarin")),
    _eu("warfarin", "2024-01-01  medication  anticoagulants", critical=_says("Warfarin")),
    _eu("aspirin as a statement", "2024-01-01  statement  antiplatelets", critical=_says("aspirin")),
    _eu("warfarin stopped", "2024-01-01  medication  anticoagulants status=stopped", silent=True),
    _eu("warfarin until yesterday", "2024-01-01  medication  anticoagulants start=2024-01-01 until=2024-02-11", silent=True),
    _eu("warfarin as a plan alone", "2024-01-01  medication  anticoagulants intent=plan", silent=True),
    _eu("long-term use of anticoagulants by code", "2024-01-01  condition  anticoagulants code=Z79.01",
        critical=_says("Long term (current) use of anticoagulants")),
    _eu("160/90, the newest of two readings", NORMAL, _measured(160, 90), critical=_says("Blood pressure 160/90 mmHg (2024-02-10)")),
    _eu("159/99", NORMAL, _measured(159, 99), silent=True),
    _eu("140/100", NORMAL, _measured(140, 100), critical=_says("Blood pressure 140/100 mmHg (2024-02-10)")),
    _eu("a single high reading is a warning", _measured(172, 104), warning=_says("Blood pressure 172/104 mmHg (2024-02-10)")),
    _eu("the other reading is 31 days old: single", _measured(120, 80, "2024-01-12T09:00"), _measured(172, 104),
        warning=_says("Blood pressure 172/104 mmHg (2024-02-10)")),
    _eu("the other reading is 30 days old: two", _measured(120, 80, "2024-01-13T09:00"), _measured(172, 104),
        critical=_says("Blood pressure 172/104 mmHg (2024-02-10)")),
    _eu("a newer normal reading clears it", _measured(172, 104), _measured(130, 82, "2024-02-11T09:00"), silent=True),
    _eu("a panel with components, diastolic alone high", NORMAL, resources=(PANEL,),
        critical=_says("Blood pressure 151/104 mmHg (2024-02-11)")),
    _us("high blood pressure in the US", NORMAL, _measured(160, 90), warning=_says("Blood pressure 160/90 mmHg (2024-02-10)")),
    _eu("the strongest reason is named, all are listed", "2020-01-01  condition  tia", "2024-01-01  medication  anticoagulants",
        critical=_says("Warfarin"), says=("Transient ischemic attack",)),
    _us("conditions could not be read", failed=("conditions",), not_assessed=True),
    _us("vital signs refused, warfarin is active", "2024-01-01  medication  anticoagulants", failed=("vitalSigns",),
        warning=_says("Warfarin")),
)
