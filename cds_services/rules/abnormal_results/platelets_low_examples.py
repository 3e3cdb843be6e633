"""Examples of platelets-low: boundary pairs, units, comparators, falls, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSES = "2023-03-06  dose  alemtuzumab 12 mg\n"
TAIL = "after LEMTRADA: possible immune thrombocytopenia"


def _count(number, name, **expected) -> Example:
    return Example(name, timeline=f"{DOSES}2024-02-10  lab  platelet-count {number} 10*9/L", **expected)


EXAMPLES = (
    _count(29, "below 30 is an emergency", critical=f"Platelets 29 ×10⁹/L (2024-02-10) {TAIL}", says=("Emergency",)),
    _count(30, "exactly 30 is critical without the emergency wording", critical=f"Platelets 30 ×10⁹/L (2024-02-10) {TAIL}"),
    _count(99, "one below 100, eleven months after the course", critical=f"Platelets 99 ×10⁹/L (2024-02-10) {TAIL}"),
    _count(100, "exactly 100 is a warning", warning=f"Platelets 100 ×10⁹/L (2024-02-10) {TAIL}"),
    _count(149, "one below 150 is a warning", warning=f"Platelets 149 ×10⁹/L (2024-02-10) {TAIL}"),
    _count(150, "exactly 150 is silent", silent="150 on 2024-02-10 is not low"),
    _count("<100", "a value below 100 by comparator is low", critical=f"Platelets <100 ×10⁹/L (2024-02-10) {TAIL}"),
    _count("<150", "a value below 150 by comparator leaves it open", warning=f"Platelets <150 ×10⁹/L (2024-02-10) {TAIL}",
           says=("comparator",)),
    _count(">600", "a value above 600 by comparator is not low", silent=True),
    Example("95000 per microlitre are 95", timeline=f"{DOSES}2024-02-10  lab  platelet-count 95000 /uL",
            critical=f"Platelets 95 ×10⁹/L (2024-02-10) {TAIL}"),
    Example("below the laboratory's own limit of 160", timeline=f"{DOSES}2024-02-10  lab  platelet-count 155 10*9/L low=160",
            warning=f"Platelets 155 ×10⁹/L (2024-02-10) {TAIL}"),
    Example("halved within a month, though still 155", timeline=f"""{DOSES}
            2024-01-10  lab  platelet-count 310 10*9/L
            2024-02-10  lab  platelet-count 155 10*9/L""", warning=f"Platelets 155 ×10⁹/L (2024-02-10) {TAIL}"),
    Example("130 two weeks after an infusion: told as described", as_of="2023-03-22",
            timeline=f"{DOSES}2023-03-20  lab  platelet-count 130 10*9/L",
            warning=f"Platelets 130 ×10⁹/L (2023-03-20) {TAIL}", says=("mild early fall is described",)),
    Example("low platelets and LDH above its limit", timeline=f"""{DOSES}
            2024-02-10  lab  platelet-count 60 10*9/L
            2024-02-10  lab  ldh 900 U/L high=250""", critical=f"Platelets 60 ×10⁹/L (2024-02-10) {TAIL}", says=("TTP", "900 U/L")),
    Example("platelets of exactly 100 and LDH above its limit: no low line", warning=f"Platelets 100 ×10⁹/L (2024-02-10) {TAIL}",
            timeline=f"{DOSES}2024-02-10  lab  platelet-count 100 10*9/L\n2024-02-10  lab  ldh 900 U/L high=250"),
    Example("low platelets and a risen creatinine", timeline=f"""2023-02-20  lab  creatinine 0.8 mg/dL
            {DOSES}2024-02-10  lab  platelet-count 60 10*9/L
            2024-02-10  lab  creatinine 1.3 mg/dL""", critical=f"Platelets 60 ×10⁹/L (2024-02-10) {TAIL}", says=("TTP",)),
    Example("not quite halved", timeline=f"""{DOSES}
            2024-01-10  lab  platelet-count 310 10*9/L
            2024-02-10  lab  platelet-count 156 10*9/L""", silent=True),
    Example("halved, but 121 days apart", timeline=f"""{DOSES}
            2023-10-12  lab  platelet-count 310 10*9/L
            2024-02-10  lab  platelet-count 155 10*9/L""", silent=True),
    Example("clumping is told and does not silence", timeline=f"{DOSES}2024-02-10  lab  platelet-count 80 10*9/L note=clumps",
            critical=f"Platelets 80 ×10⁹/L (2024-02-10) {TAIL}", says=("repeat in citrate",)),
    Example("flagged normal by the laboratory: the value decides", critical=f"Platelets 90 ×10⁹/L (2024-02-10) {TAIL}",
            timeline=f"{DOSES}2024-02-10  lab  platelet-count 90 10*9/L low=150 interpretation=N", says=("flags it N",)),
    Example("a newer normal count clears it", timeline=f"""{DOSES}
            2024-01-10  lab  platelet-count 60 10*9/L
            2024-02-10  lab  platelet-count 210 10*9/L""", silent=True),
    Example("preliminary and critical speaks", timeline=f"{DOSES}2024-02-10  lab  platelet-count 40 10*9/L status=preliminary",
            critical=f"Platelets 40 ×10⁹/L (2024-02-10) {TAIL}", says=("preliminary",)),
    Example("preliminary and only low waits for the final count",
            timeline=f"{DOSES}2024-02-10  lab  platelet-count 120 10*9/L status=preliminary", silent=True),
    Example("two counts of one day without time: the worse decides", timeline=f"""{DOSES}
            2024-02-10  lab  platelet-count 200 10*9/L
            2024-02-10  lab  platelet-count 90 10*9/L""", critical=f"Platelets 90 ×10⁹/L (2024-02-10) {TAIL}"),
    Example("no unit: never judged here", timeline=f"{DOSES}2024-02-10  lab  platelet-count 95", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  platelet-count 60 10*9/L", silent=True),
    Example("sixty months after the dose it still speaks", as_of="2028-03-10",
            timeline=f"{DOSES}2028-03-09  lab  platelet-count 60 10*9/L", critical=f"Platelets 60 ×10⁹/L (2028-03-09) {TAIL}"),
    Example("before the first dose it is baseline", timeline="""
            2024-02-11  dose  alemtuzumab 12 mg
            2024-02-10  lab   platelet-count 120 10*9/L""", silent=True),
    Example("never treated, at signing", hook="order-sign", timeline="""
            2024-02-10  lab    platelet-count 99 10*9/L
            2024-02-12  draft  alemtuzumab-lemtrada 12 mg""", critical="Platelets 99 ×10⁹/L (2024-02-10): do not start LEMTRADA"),
    Example("never treated, 100 at signing", hook="order-sign", timeline="""
            2024-02-10  lab    platelet-count 100 10*9/L
            2024-02-12  draft  alemtuzumab-lemtrada 12 mg""", silent=True),
    Example("laboratory could not be read", timeline=DOSES, failed=("laboratory",), not_assessed=True),
)
