"""Examples of urinalysis-overdue: boundary pairs, strips, panels, old abnormal counts, missing data."""

from __future__ import annotations

from cds_services.rule import Example

TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
COUNTED = "  lab  urine-rbc-microscopy 1 /[HPF]\n"
UNTIL = "(monthly until 2027-03-06)"


def _panel(*members: dict, **more) -> dict:
    """A urinalysis panel on 2024-02-10 with its results as components."""
    return {"resourceType": "Observation", "id": "panel", "status": "final", "subject": {"reference": "Patient/example"},
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "24356-8"}]}, "effectiveDateTime": "2024-02-10",
            **({"component": list(members)} if members else {}), **more}


RED_CELLS = {"code": {"coding": [{"system": "http://loinc.org", "code": "13945-1"}]},
             "valueQuantity": {"value": 1, "unit": "/[HPF]", "system": "http://unitsofmeasure.org", "code": "/[HPF]"}}
STRIP = {"code": {"coding": [{"system": "http://loinc.org", "code": "5794-3"}]}, "valueString": "Negative"}

EXAMPLES = (
    Example("35 days is not overdue", timeline=TREATED + "2024-01-08" + COUNTED, silent="last 35 d ago, overdue above 35 d"),
    Example("36 days is overdue", timeline=TREATED + "2024-01-07" + COUNTED,
            warning=f"Urinalysis with cell counts overdue: 36 days {UNTIL}", suggests=("24356-8",)),
    Example("a year stays a warning", timeline=TREATED + "2023-03-20" + COUNTED,
            warning=f"Urinalysis with cell counts overdue: 329 days {UNTIL}"),
    Example("a dipstick alone is partial", timeline=TREATED + "2023-12-29" + COUNTED + """
            2024-02-07  lab  urine-blood-dipstick Negative
            2024-02-07  lab  urine-protein-dipstick Negative""",
            warning=f"Urinalysis with cell counts overdue: 45 days {UNTIL}", says=("Partial: dipstick alone",)),
    Example("a panel with a red cell count among its components is done", timeline=TREATED + "2023-12-29" + COUNTED,
            resources=(_panel(RED_CELLS, STRIP),), silent="last 2 d ago, overdue above 35 d"),
    Example("a panel of strip fields alone is partial", timeline=TREATED + "2023-12-29" + COUNTED, resources=(_panel(STRIP),),
            warning=f"Urinalysis with cell counts overdue: 45 days {UNTIL}", says=("Partial: dipstick alone",)),
    Example("a panel without results is not done (E35)", timeline=TREATED + "2023-12-29" + COUNTED, resources=(_panel(),),
            warning=f"Urinalysis with cell counts overdue: 45 days {UNTIL}", says=("Not readable, not counted",)),
    Example("before the first dose it is baseline (E41)", as_of="2023-04-11", timeline=TREATED + "2023-03-05" + COUNTED,
            warning=f"Urinalysis with cell counts overdue: 36 days {UNTIL}"),
    Example("entered in error is not done (E34)", timeline=TREATED + "2023-12-29" + COUNTED
            + "2024-02-10  lab  urine-rbc-microscopy 1 /[HPF] status=entered-in-error",
            warning=f"Urinalysis with cell counts overdue: 45 days {UNTIL}"),
    Example("ordered: one step lower, still told", timeline=TREATED + "2023-12-29" + COUNTED + "2024-02-05  order  urinalysis-panel",
            info=f"Urinalysis with cell counts overdue: 45 days {UNTIL}", says=("Ordered, not resulted",)),
    Example("old red cells that were never counted again are named", timeline=TREATED + "2023-10-01  lab  urine-rbc-microscopy 12 /[HPF]",
            warning=f"Urinalysis with cell counts overdue: 134 days {UNTIL}", says=("Abnormal and never repeated",)),
    Example("an old strip of 2+ that was never repeated is named",
            timeline=TREATED + "2023-09-01" + COUNTED + "2023-10-01  lab  urine-blood-dipstick 2+",
            warning=f"Urinalysis with cell counts overdue: 164 days {UNTIL}", says=("Abnormal and never repeated",)),
    Example("an old high protein:creatinine ratio that was never repeated is named",
            timeline=TREATED + "2023-09-01" + COUNTED + "2023-10-01  lab  upcr 900 mg/g",
            warning=f"Urinalysis with cell counts overdue: 164 days {UNTIL}", says=("Abnormal and never repeated", "900 mg/g")),
    Example("last day of 48 months (E15)", as_of="2027-03-06", timeline=TREATED,
            warning=f"Urinalysis with cell counts overdue: 1461 days {UNTIL}"),
    Example("the day after 48 months (E15)", as_of="2027-03-07", timeline=TREATED, silent="surveillance ended 2027-03-06"),
    Example("another drug", timeline="2023-03-06  statement  alemtuzumab-lemtrada status=not-taken", silent=True),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
)
