"""Examples of results-unreadable: units, implausible values, panels without results, dates ahead, broken resources."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
BEFORE = "Results could not be interpreted: "

EXAMPLES = (
    Example("no unit (E28)", timeline=f"{DOSE}2024-02-10  lab  platelet-count 95", warning=f"{BEFORE}platelets 95",
            says=("unit missing", "95", "2024-02-10")),
    Example("95000 with a unit of billions is not plausible (E29)", timeline=f"{DOSE}2024-02-10  lab  platelet-count 95000 10*9/L",
            warning=f"{BEFORE}platelets 95000 10*9/L", says=("not plausible",)),
    Example("a unit that nobody knows", timeline=f"{DOSE}2024-02-10  lab  tsh 2 furlongs", warning=f"{BEFORE}TSH 2 furlongs"),
    Example("CD4 in percent is no count (E68)", timeline=f"{DOSE}2024-02-10  lab  cd4-count 18 %", warning=f"{BEFORE}CD4+ cells 18 %"),
    Example("a panel without results (E35)", timeline=f"{DOSE}2024-02-10  lab  cbc-panel",
            warning=f"{BEFORE}CBC with differential no value"),
    Example("a panel head beside its results of the day is no news", timeline=f"""{DOSE}
            2024-02-10  lab  cbc-panel
            2024-02-10  lab  platelet-count 240 10*9/L""", silent=True),
    Example("a report with a conclusion alone (E36)", timeline=DOSE, resources=(
        {"resourceType": "DiagnosticReport", "id": "r1", "status": "final", "subject": {"reference": "Patient/example"},
         "code": {"coding": [{"system": "http://loinc.org", "code": "57021-8", "display": "CBC W Auto Differential panel - Blood"}]},
         "effectiveDateTime": "2024-02-10", "conclusion": "Normal"},), warning=f"{BEFORE}CBC with differential conclusion only"),
    Example("dated in the future (E38)", timeline=f"{DOSE}2024-02-14  lab  platelet-count 240 10*9/L",
            warning=f"{BEFORE}platelets 240 10*9/L", says=("dated in the future",)),
    Example("an hour of clock skew is no future", as_of="2024-02-12T12:00",
            timeline=f"{DOSE}2024-02-12T13:00  lab  platelet-count 240 10*9/L", silent=True),
    Example("conditions could not be read: what was sent is still told", timeline=f"{DOSE}2024-02-10  lab  platelet-count 95",
            failed=("conditions",), warning=f"{BEFORE}platelets 95"),
    Example("a newer readable result supersedes it", timeline=f"""{DOSE}
            2024-02-08  lab  platelet-count 95
            2024-02-10  lab  platelet-count 240 10*9/L""", silent=True),
    Example("an older readable result does not", timeline=f"""{DOSE}
            2024-02-08  lab  platelet-count 240 10*9/L
            2024-02-10  lab  platelet-count 95""", warning=f"{BEFORE}platelets 95"),
    Example("90 days old is told", timeline=f"{DOSE}2023-11-14  lab  platelet-count 95", warning=f"{BEFORE}platelets 95"),
    Example("91 days old is not", timeline=f"{DOSE}2023-11-13  lab  platelet-count 95", silent=True),
    Example("a dose of zero is no exposure and is told", timeline=f"{DOSE}2024-01-06  dose  alemtuzumab-lemtrada 0 mg",
            warning=f"{BEFORE}LEMTRADA 0 mg", says=("not above zero",)),
    Example("a dose before the year 2000 is told", timeline=f"{DOSE}1999-12-31  dose  alemtuzumab-lemtrada 12 mg",
            warning=f"{BEFORE}LEMTRADA 12 mg"),
    Example("a resource of the wrong shape loses only itself", timeline=DOSE, resources=(
        {"resourceType": "Condition", "id": "broken", "subject": {"reference": "Patient/example"}, "code": "pneumonia"},),
        warning=f"{BEFORE}conditions", says=("Condition/broken",)),
    Example("a laboratory value that no rule needs", timeline=DOSE, resources=(
        {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/example"},
         "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
         "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
         "effectiveDateTime": "2024-02-10", "valueQuantity": {"value": 95}},), silent=True),
)
