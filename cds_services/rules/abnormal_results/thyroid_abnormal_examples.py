"""Examples of thyroid-abnormal: boundary pairs, own range and fallback, pregnancy, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
RANGE = "m[IU]/L low=0.4 high=4.0"
PREGNANT = "\n2023-12-20  condition  pregnancy"


def _tsh(number, name, extra="", unit=RANGE, **expected) -> Example:
    return Example(name, timeline=f"{DOSE}2024-02-10  lab  tsh {number} {unit}{extra}", **expected)


def _told(number) -> str:
    return f"TSH {number} mIU/L (2024-02-10) outside range after LEMTRADA"


def _with_ranges(number: float) -> dict:
    """A TSH with a usual range, and others for the trimesters of a pregnancy."""
    unit = {"unit": "m[IU]/L", "system": "http://unitsofmeasure.org", "code": "m[IU]/L"}
    edges = (("", 0.4, 4.0), ("First trimester pregnancy", 0.1, 2.5), ("Second trimester pregnancy", 0.2, 3.0))
    return {"resourceType": "Observation", "id": "tsh-ranges", "status": "final", "subject": {"reference": "Patient/example"},
            "category": [{"coding": [{"code": "laboratory"}]}], "code": {"coding": [{"system": "http://loinc.org", "code": "3016-3"}]},
            "effectiveDateTime": "2024-02-10", "valueQuantity": {"value": number, **unit},
            "referenceRange": [{"low": {"value": low, **unit}, "high": {"value": high, **unit},
                                **({"appliesTo": [{"text": who}]} if who else {})} for who, low, high in edges]}


EXAMPLES = (
    _tsh(4.3, "inside the laboratory's own range (E47)", unit="m[IU]/L low=0.5 high=5.0",
         silent="4.3 mIU/L on 2024-02-10 is inside its range"),
    _tsh(4.3, "without a range: held against 0.4 to 4.0 (E47)", unit="m[IU]/L", info=_told(4.3), says=("0.4 to 4 mIU/L assumed",)),
    _tsh("4.0", "exactly at the upper limit", silent=True),
    _tsh(4.1, "above the upper limit", info=_told(4.1), suggests=("3024-7", "306278007")),
    _tsh("10", "exactly 10", info=_told(10)),
    _tsh(10.1, "above 10", warning=_told(10.1), suggests=("3024-7", "306278007")),
    _tsh(0.4, "exactly at the lower limit", silent=True),
    _tsh(0.39, "below the lower limit", info=_told(0.39)),
    _tsh(0.1, "exactly 0.1", info=_told(0.1)),
    _tsh(0.09, "below 0.1", warning=_told(0.09), says=("thyroid storm",)),
    _tsh("<0.01", "sent as below 0.01 (E48)", warning=_told("<0.01")),
    _tsh("<0.3", "sent as below 0.3: it may be below 0.1", warning=_told("<0.3"), says=("comparator",)),
    _tsh(">100", "sent as above 100", warning=_told(">100")),
    _tsh(0.005, "a small value keeps its digits", warning=_told(0.005)),
    _tsh(4.1, "outside the range in pregnancy", PREGNANT, warning=_told(4.1), says=("Pregnancy is on record",)),
    _tsh(3.5, "pregnant, and inside the only range that was sent (E50)", PREGNANT, silent=True),
    Example("pregnant, and outside the ranges sent for pregnancy (E50)", timeline=DOSE + PREGNANT, resources=(_with_ranges(3.5),),
            warning="TSH 3.5 mIU/L (2024-02-10) outside range after LEMTRADA", says=("0.2 to 2.5 mIU/L in pregnancy",)),
    Example("not pregnant: ranges for pregnancy do not count", timeline=DOSE, resources=(_with_ranges(3.5),), silent=True),
    _tsh(4.1, "a pregnancy that has ended", f"{PREGNANT}\n2024-01-20  procedure  pregnancy-ended", info=_told(4.1)),
    _tsh(6.0, "on levothyroxine the disorder is known", "\n2023-11-01  medication  thyroid-treatment", info=_told(6), says=("Known",)),
    _tsh(12, "a newer normal result clears it", f"\n2024-02-11  lab  tsh 2.0 {RANGE}", silent=True),
    Example("free T4 alone is no TSH (E49)", timeline=f"{DOSE}2024-02-10  lab  free-t4 3.0 ng/dL high=1.8", silent=True),
    _tsh(12, "preliminary waits for the final result", " status=preliminary", silent=True),
    _tsh(12, "entered in error", " status=entered-in-error", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSE}2024-02-10  lab  tsh 12 {RANGE}", silent=True),
    Example("before the first dose it is baseline", silent=True,
            timeline=f"2024-02-10  lab  tsh 12 {RANGE}\n2024-02-11  dose  alemtuzumab 12 mg"),
    Example("eight years after the dose it still speaks", as_of="2031-02-12", timeline=f"{DOSE}2031-02-10  lab  tsh 12 {RANGE}",
            warning="TSH 12 mIU/L (2031-02-10) outside range after LEMTRADA"),
    Example("laboratory could not be read", timeline=DOSE, failed=("laboratory",), not_assessed=True),
    _tsh(12, "conditions could not be read: it still speaks", failed=("conditions",), warning=_told(12)),
)
