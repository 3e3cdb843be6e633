"""Examples of hemoglobin-low: below 8, a fall of 2 from a baseline formed in two ways, two lines low, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSES = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
BEFORE = "2023-02-20  lab  hemoglobin 13.5 g/dL\n"


def _now(number, name: str, facts: str = "", **expected) -> Example:
    return Example(name, timeline=f"{DOSES}2024-02-10  lab  hemoglobin {number} g/dL\n{facts}", **expected)


def _says(number) -> str:
    return f"Hemoglobin {number} g/dL (2024-02-10): check for hemolysis or pancytopenia"


EXAMPLES = (
    _now("7.9", "below 8 without a baseline", warning=_says("7.9"), says=("No baseline found", "Hemolysis work-up"), suggests=("57021-8",)),
    _now("8.0", "exactly 8 without a baseline", silent="8 g/dL on 2024-02-10 is not low and has not fallen by 2"),
    _now("11.5", "fallen by exactly 2.0", BEFORE, warning=_says("11.5"),
         says=("Baseline: 13.5 g/dL", "the one result on 2023-02-20 in the 12 months before the first dose",)),
    _now("11.6", "fallen by 1.9", BEFORE, silent=True),
    Example("13.7 to 11.7 is 2.0 in decimals as sent", timeline=f"""{DOSES}
            2023-02-20  lab  hemoglobin 13.7 g/dL
            2024-02-10  lab  hemoglobin 11.7 g/dL""", warning=_says("11.7")),
    Example("135 g/L to 115 g/L", timeline=f"""{DOSES}
            2023-02-20  lab  hemoglobin 135 g/L
            2024-02-10  lab  hemoglobin 115 g/L""", warning=_says("11.5")),
    _now("11.0", "the median of three before the first dose", """
         2022-06-01  lab  hemoglobin 12.9 g/dL
         2022-10-01  lab  hemoglobin 15.5 g/dL
         2023-03-01  lab  hemoglobin 13.0 g/dL""", warning=_says("11"), says=("Baseline: 13 g/dL", "median of 3 results",)),
    _now("11.0", "the median of two lies between them", """
         2022-10-01  lab  hemoglobin 12.9 g/dL
         2023-03-01  lab  hemoglobin 13.0 g/dL""", silent=True),
    _now("11.0", "12 months before the first dose to the day", "2022-03-06  lab  hemoglobin 13.0 g/dL", warning=_says("11")),
    _now("11.0", "more than 12 months before the first dose", "2022-03-05  lab  hemoglobin 13.0 g/dL", silent=True),
    _now("11.0", "none before: the highest of the first 30 days", """
         2023-03-20  lab  hemoglobin 12.0 g/dL
         2023-04-05  lab  hemoglobin 13.0 g/dL""", warning=_says("11"), says=("highest of the first 30 days",)),
    _now("11.0", "none before, and the only early one is on day 31", "2023-04-06  lab  hemoglobin 13.0 g/dL", silent=True),
    _now("11.0", "a preliminary result forms no baseline", "2023-02-20  lab  hemoglobin 15.0 g/dL status=preliminary", silent=True),
    _now("7.9", "platelets below 100 as well", "2024-02-10  lab  platelet-count 99 10*9/L", critical=_says("7.9"),
         says=("Two or more cell lines are low", "TTP")),
    _now("7.9", "platelets of exactly 100", "2024-02-10  lab  platelet-count 100 10*9/L", warning=_says("7.9")),
    _now("11.5", "fallen by 2, neutrophils below 1.0", BEFORE + "2024-02-01  lab  neutrophils 0.99 10*9/L", critical=_says("11.5")),
    _now("11.5", "fallen by 2, neutrophils of exactly 1.0", BEFORE + "2024-02-01  lab  neutrophils 1.0 10*9/L", warning=_says("11.5")),
    _now("7.5", "low platelets and LDH above its limit", """
         2024-02-10  lab  platelet-count 60 10*9/L
         2024-02-10  lab  ldh 900 U/L high=250""", critical=_says("7.5"),
         says=("Low platelets with hemolysis or a risen creatinine",)),
    _now("7.5", "low platelets and a risen creatinine", """
         2024-02-10  lab  platelet-count 60 10*9/L
         2023-02-20  lab  creatinine 0.8 mg/dL
         2024-02-10  lab  creatinine 1.3 mg/dL""", critical=_says("7.5"),
         says=("Low platelets with hemolysis or a risen creatinine",)),
    _now("12.9", "other lines low, hemoglobin well: no finding here", """
         2024-02-10  lab  platelet-count 60 10*9/L
         2024-02-10  lab  neutrophils 0.8 10*9/L""", silent=True),
    _now("<8", "below 8 by comparator", warning=_says("<8")),
    _now("<9", "below 9 by comparator leaves it open", warning=_says("<9"), says=("comparator",)),
    Example("5 mmol/L are 8.055 g/dL", timeline=f"{DOSES}2024-02-10  lab  hemoglobin 5 mmol/L", silent=True),
    Example("4.9 mmol/L are 7.89 g/dL", timeline=f"{DOSES}2024-02-10  lab  hemoglobin 4.9 mmol/L", warning=_says("7.89")),
    Example("a newer normal value clears it", timeline=f"""{DOSES}
            2024-01-20  lab  hemoglobin 7.0 g/dL
            2024-02-10  lab  hemoglobin 12.4 g/dL""", silent=True),
    Example("preliminary and only low waits for the final value",
            timeline=f"{DOSES}2024-02-10  lab  hemoglobin 7.0 g/dL status=preliminary", silent=True),
    Example("preliminary, and a second line low", timeline=f"""{DOSES}
            2024-02-10  lab  hemoglobin 7.0 g/dL status=preliminary
            2024-02-10  lab  platelet-count 60 10*9/L""", critical=_says("7"), says=("preliminary",)),
    Example("entered in error", timeline=f"{DOSES}2024-02-10  lab  hemoglobin 7.0 g/dL status=entered-in-error", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  hemoglobin 7.0 g/dL", silent=True),
    Example("laboratory could not be read", timeline=DOSES, failed=("laboratory",), not_assessed=True),
)
