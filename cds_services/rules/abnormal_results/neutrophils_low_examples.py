"""Examples of neutrophils-low: boundary pairs, fever, comparators, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSES = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _count(number, name: str, facts: str = "", **expected) -> Example:
    return Example(name, timeline=f"{DOSES}2024-02-10  lab  neutrophils {number} 10*9/L\n{facts}", **expected)


def _says(number) -> str:
    return f"Neutrophils {number} ×10⁹/L (2024-02-10) after LEMTRADA"


EXAMPLES = (
    _count("0.49", "just below 0.5", critical=_says("0.49"), says=("Confirm the count at once",), suggests=("57021-8", "183567007")),
    _count("0.5", "exactly 0.5 is a warning", warning=_says("0.5"), says=("within 7 days",)),
    _count("0.99", "just below 1.0 is a warning", warning=_says("0.99")),
    _count("1.0", "exactly 1.0 is told", info=_says("1")),
    _count("1.49", "just below 1.5 is told", info=_says("1.49")),
    _count("1.5", "exactly 1.5 is silent", silent="1.5 on 2024-02-10 is not low"),
    _count("0.9", "with 38.0 degrees", "2024-02-11T08:00  lab  body-temperature 38.0 Cel", critical=_says("0.9"),
           says=("fever with neutropenia",)),
    _count("0.9", "with 37.9 degrees", "2024-02-11T08:00  lab  body-temperature 37.9 Cel", warning=_says("0.9")),
    _count("0.9", "with 100.4 degrees Fahrenheit", "2024-02-11T08:00  lab  body-temperature 100.4 [degF]", critical=_says("0.9")),
    _count("0.9", "with fever by code", "2024-02-11  condition  fever", critical=_says("0.9")),
    _count("0.9", "the fever is resolved", "2024-02-09  condition  fever clinical=resolved abated=2024-02-10", warning=_says("0.9")),
    _count("0.9", "the fever was refuted", "2024-02-11  condition  fever verification=refuted", warning=_says("0.9")),
    _count("0.9", "fever 14 days before the count", "2024-01-27  lab  body-temperature 38.5 Cel", critical=_says("0.9")),
    _count("0.9", "fever 15 days before the count", "2024-01-26  lab  body-temperature 38.5 Cel", warning=_says("0.9")),
    _count("1.0", "with fever, exactly 1.0", "2024-02-11  condition  fever", info=_says("1")),
    _count("<0.5", "below 0.5 by comparator", critical=_says("<0.5")),
    _count("<2", "below 2 by comparator leaves it open", warning=_says("<2"), says=("comparator",)),
    _count(">1.2", "above 1.2 by comparator is told", info=_says(">1.2")),
    _count(">3", "above 3 by comparator is not low", silent=True),
    Example("950 per microliter are 0.95", timeline=f"{DOSES}2024-02-10  lab  neutrophils 950 /uL", warning=_says("0.95")),
    Example("two months after the infusion", as_of="2023-05-06", timeline=f"{DOSES}2023-05-06  lab  neutrophils 0.9 10*9/L",
            warning="Neutrophils 0.9 ×10⁹/L (2023-05-06) after LEMTRADA", says=("severe, including fatal, neutropenia",)),
    _count("0.9", "platelets low as well", "2024-02-10  lab  platelet-count 90 10*9/L", warning=_says("0.9"),
           says=("think of pancytopenia",)),
    Example("at signing of the next course", hook="order-sign", timeline=f"""{DOSES}
            2024-02-10  lab    neutrophils 0.8 10*9/L
            2024-02-12  draft  alemtuzumab-lemtrada 12 mg""", warning=_says("0.8"), says=("before the infusion",)),
    Example("a newer normal count clears it", timeline=f"""{DOSES}
            2024-01-20  lab  neutrophils 0.4 10*9/L
            2024-02-10  lab  neutrophils 2.4 10*9/L""", silent=True),
    Example("preliminary and critical speaks", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.4 10*9/L status=preliminary",
            critical=_says("0.4"), says=("preliminary",)),
    Example("preliminary and only low waits for the final count",
            timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.9 10*9/L status=preliminary", silent=True),
    Example("entered in error", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.4 10*9/L status=entered-in-error", silent=True),
    Example("another patient's count", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.4 10*9/L patient=other", silent=True),
    Example("90 days old", as_of="2024-05-10", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.4 10*9/L", critical=_says("0.4")),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.4 10*9/L", silent=True),
    Example("sixty months after the dose it still speaks", as_of="2028-03-10", timeline=f"{DOSES}2028-03-09  lab  neutrophils 0.4 10*9/L",
            critical="Neutrophils 0.4 ×10⁹/L (2028-03-09) after LEMTRADA"),
    Example("before the first dose it is baseline", timeline="""
            2024-02-11  dose  alemtuzumab-lemtrada 12 mg
            2024-02-10  lab   neutrophils 0.4 10*9/L""", silent=True),
    Example("vital signs could not be read: the count still speaks", timeline=f"{DOSES}2024-02-10  lab  neutrophils 0.9 10*9/L",
            failed=("vitalSigns",), warning=_says("0.9")),
    Example("laboratory could not be read", timeline=DOSES, failed=("laboratory",), not_assessed=True),
)
