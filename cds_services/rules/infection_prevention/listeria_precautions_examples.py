"""Examples of listeria-precautions: from the order to 8 months after the last dose, fever with a stiff neck, missing data."""

from __future__ import annotations

from cds_services.rule import Example

SUMMARY = "Listeria precautions: avoid or heat risk foods; fever or stiff neck is urgent"
COUNTED = """2024-02-10  lab  platelet-count 240 10*9/L
2024-02-10  lab  neutrophils 3.1 10*9/L
2024-02-10  lab  lymphocytes 1.2 10*9/L
"""  # monitored in time: advice never stands beside a critical card
TREATED = "2023-06-12  dose  alemtuzumab-lemtrada 12 mg\n" + COUNTED
STIFF_NECK = "2024-02-11  condition  neck-stiffness-meningitis\n"
HOT = "2024-02-11T20:00  lab  body-temperature 38.0 Cel\n"


def _viewed(name: str, facts: str = "", **expected) -> Example:
    """Exactly 8 months after the last dose."""
    return Example(name, timeline=TREATED + facts, **expected)


EXAMPLES = (
    _viewed("8 months after the last dose: the day itself still counts", info=SUMMARY, says=("precautions until 2024-02-12",)),
    Example("the day after 8 months", as_of="2024-02-13", timeline=TREATED, silent="8 months after the last dose ended 2024-02-12"),
    Example("last dose known to the month: its latest day counts", as_of="2024-02-29",
            timeline="2023-06  dose  alemtuzumab-lemtrada 12 mg\n" + COUNTED, info=SUMMARY),
    Example("at signing, never treated", hook="order-sign", timeline=COUNTED + "2024-02-12  draft  alemtuzumab-lemtrada 12 mg",
            info=SUMMARY, says=("before the first infusion",)),
    Example("on the chart while an order is active", timeline="2024-02-01  medication  alemtuzumab-lemtrada 12 mg", info=SUMMARY),
    Example("at signing of a later course, long after the last dose", hook="order-sign",
            timeline=COUNTED + "2022-06-12  dose  alemtuzumab-lemtrada 12 mg\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", info=SUMMARY),
    Example("CAMPATH signed for leukemia is out of scope", hook="order-sign", silent="CAMPATH for leukemia is out of scope",
            timeline="2020-01-01  condition  chronic-lymphocytic-leukemia\n2024-02-12  draft  alemtuzumab-campath 30 mg"),
    _viewed("Europe: its own weeks", jurisdiction="EU", info=SUMMARY, says=("from 2 weeks before to at least 1 month after",)),
    _viewed("fever of 38.0 and a stiff neck", STIFF_NECK + HOT, critical=SUMMARY, says=("Send to emergency care now",)),
    _viewed("fever by code and a stiff neck", STIFF_NECK + "2024-02-11  condition  fever", critical=SUMMARY),
    _viewed("meningitis by code and 100.4 degrees Fahrenheit", """
            2024-02-11  condition  neck-stiffness-meningitis code=7180009
            2024-02-11  lab        body-temperature 100.4 [degF]""", critical=SUMMARY),
    Example("fever and a stiff neck, the day after 8 months", as_of="2024-02-13", timeline=TREATED + STIFF_NECK + HOT, silent=True),
    _viewed("a stiff neck with 37.9 degrees is no fever", STIFF_NECK + "2024-02-11  lab  body-temperature 37.9 Cel", info=SUMMARY),
    _viewed("a stiff neck alone", STIFF_NECK, info=SUMMARY),
    _viewed("fever alone", HOT, info=SUMMARY),
    _viewed("the stiff neck is resolved", "2024-02-11  condition  neck-stiffness-meningitis clinical=resolved\n" + HOT, info=SUMMARY),
    _viewed("the stiff neck was refuted", "2024-02-11  condition  neck-stiffness-meningitis verification=refuted\n" + HOT, info=SUMMARY),
    _viewed("the temperature was entered in error", STIFF_NECK + "2024-02-11  lab  body-temperature 39 Cel status=entered-in-error",
            info=SUMMARY),
    _viewed("a stiff neck from before the first dose", "2023-06-01  condition  neck-stiffness-meningitis\n" + HOT, info=SUMMARY),
    _viewed("fever of the infusion day, a stiff neck half a year later", STIFF_NECK + "2023-06-12  lab  body-temperature 38.6 Cel",
            info=SUMMARY),
    _viewed("30 days between them", STIFF_NECK + "2024-01-12  lab  body-temperature 38.6 Cel", critical=SUMMARY),
    _viewed("31 days between them", STIFF_NECK + "2024-01-11  lab  body-temperature 38.6 Cel", info=SUMMARY),
    _viewed("vital signs could not be read: the advice still stands", failed=("vitalSigns",), info=SUMMARY),
)
