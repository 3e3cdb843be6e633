"""Examples of dose-schedule-deviation: amounts, days, route, frequency, courses, at signing and on the chart."""

from __future__ import annotations

from cds_services.rule import Example

FIRST_COURSE = "".join(f"2023-01-{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in ("09", "10", "11", "12", "13"))
SECOND_COURSE = "".join(f"2024-02-{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in ("05", "06", "07"))
DIFFERS = "LEMTRADA order differs from 12 mg/day x"
CHECK = "LEMTRADA order to check against 12 mg/day x"


def _draft(dose: str = "12 mg", more: str = "days=3") -> str:
    return f"2024-02-12  draft  alemtuzumab-lemtrada {dose} {more}\n"


def _order(name: str, line: str, **expected) -> Example:
    """An order for a second course."""
    return Example(name, timeline=FIRST_COURSE + line, **expected)


def _chart(name: str, timeline: str, **expected) -> Example:
    return Example(name, hook="patient-view", timeline=timeline, **expected)


AT_SIGNING = (
    _order("three days of 12 mg for the second course", _draft(), silent="12 mg a day on 3 days"),
    _order("10.8 mg is within 10 %", _draft("10.8 mg"), silent=True),
    _order("10.7 mg is not", _draft("10.7 mg"), warning=f"{DIFFERS} 3: 10.7 mg/day"),
    _order("13.2 mg is within 10 %", _draft("13.2 mg"), silent=True),
    _order("13.3 mg is not", _draft("13.3 mg"), warning=f"{DIFFERS} 3: 13.3 mg/day"),
    _order("23.9 mg is a warning", _draft("23.9 mg"), warning=f"{DIFFERS} 3: 23.9 mg/day"),
    _order("24 mg is critical (E74)", _draft("24 mg"), critical=f"{DIFFERS} 3: 24 mg/day"),
    _order("twice a day adds up", _draft("12 mg", "days=3 frequency=2 period=1"),
           critical=f"{DIFFERS} 3: 24 mg/day, not once a day (2 per 1 d)"),
    _order("every other day", _draft("12 mg", "days=3 frequency=1 period=2"), warning=f"{DIFFERS} 3: not once a day (1 per 2 d)"),
    _order("daily in words of the timing", _draft("12 mg", "days=3 frequency=1 period=1"), silent=True),
    _order("two drafts of the same days add up", _draft() + _draft(), critical=f"{DIFFERS} 3: 24 mg/day"),
    _order("one draft for each day", "".join(f"2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=1 start=2024-02-{day}\n"
                                             for day in (12, 13, 14)), silent=True),
    _order("days with a gap", "".join(f"2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=1 start=2024-02-{day}\n"
                                      for day in (12, 13, 16)), warning=f"{DIFFERS} 3: days not consecutive"),
    _order("subcutaneous", _draft("12 mg", "days=3 route=subcutaneous"), warning=f"{DIFFERS} 3: route subcutaneous"),
    _order("intramuscular", _draft("12 mg", "days=3 route=intramuscular"), warning=f"{DIFFERS} 3: not intravenous"),
    _order("intravenous", _draft("12 mg", "days=3 route=intravenous"), silent=True),
    _order("five days for the second course", _draft("12 mg", "days=5"), warning=f"{DIFFERS} 3: 5 days"),
    _order("ten days (E74)", _draft("12 mg", "days=10"), warning=f"{DIFFERS} 3: 10 days"),
    _order("one day", _draft("12 mg", "days=1"), warning=f"{DIFFERS} 3: 1 day"),
    _order("days not stated", _draft("12 mg", ""), info=f"{CHECK} 3: days not stated"),
    _order("days by a count", _draft("12 mg", "count=5 frequency=1 period=1"), warning=f"{DIFFERS} 3: 5 days"),
    _order("days by a period", _draft("12 mg", "start=2024-02-12 until=2024-02-14"), silent=True),
    _order("dose not stated", _draft("", "days=3"), info=f"{CHECK} 3: dose not stated"),
    _order("dose in a unit that nobody knows", _draft("12 {vial}", "days=3"),
           warning=f"{DIFFERS} 3: dose cannot be read (12 {{vial}}: dose unit not understood)"),
    _order("1.2 mL of a product that states no strength", _draft("1.2 mL", "days=3"),
           warning=f"{DIFFERS} 3: dose cannot be read (1.2 mL: strength not stated)"),
    _order("1.2 mL of 10 mg/mL are 12 mg", _draft("1.2 mL", "days=3 text=Lemtrada_10_mg/mL"), silent=True),
    _order("the third course is told", SECOND_COURSE + "2025-02-12  draft  alemtuzumab-lemtrada 12 mg days=3", as_of="2025-02-12",
           info=f"{CHECK} 3: this is course 3"),
    Example("no history: five days are told (ruling 15)", timeline=_draft("12 mg", "days=5"),
            info=f"{CHECK} 5 or 3: 5 days, history not found"),
    Example("no history: three days are told", timeline=_draft(), info=f"{CHECK} 5 or 3: 3 days, history not found"),
    Example("no history: four days are a warning", timeline=_draft("12 mg", "days=4"), warning=f"{DIFFERS} 5 or 3: 4 days"),
    Example("no history and no days", timeline=_draft("12 mg", ""), info=f"{CHECK} 5 or 3: days not stated, history not found"),
    Example("reported history is no administration", timeline="2021-05-01  statement  alemtuzumab-lemtrada status=completed\n" + _draft(),
            info=f"{CHECK} 5 or 3: 3 days, history not found"),
    Example("history could not be read", timeline=_draft(), failed=("medicationAdministrations",),
            info=f"{CHECK} 5 or 3: 3 days, history not read"),
    Example("the days still missing of an unfinished course (ruling 31)", silent="12 mg a day on 2 days",
            timeline=SECOND_COURSE + _draft("12 mg", "days=2")),
    Example("more than the days still missing", timeline=SECOND_COURSE + _draft("12 mg", "days=3"), warning=f"{DIFFERS} 2: 3 days",
            says=("Completes course 1",)),
    Example("a whole order signed again after its first three days", as_of="2024-02-07T20:00", silent=True,
            timeline=SECOND_COURSE + "2024-02-07  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-05"),
    Example("31 days after an unfinished course a new one begins", as_of="2024-03-09", silent="12 mg a day on 3 days",
            timeline=SECOND_COURSE + "2024-03-09  draft  alemtuzumab-lemtrada 12 mg days=3"),
    Example("a CAMPATH product", timeline="2015-01-01  condition  multiple-sclerosis\n2024-02-12  draft  alemtuzumab-campath 30 mg",
            silent="a CAMPATH product is ordered: wrong-product speaks about it"),
    Example("CAMPATH for leukemia", timeline="2020-01-01  condition  chronic-lymphocytic-leukemia code=92814006\n"
            "2024-02-12  draft  alemtuzumab-campath 30 mg", silent=True),
    Example("30 mg of an ingredient without brand", critical=f"{DIFFERS} 5 or 3: 30 mg/day",
            timeline="2015-01-01  condition  multiple-sclerosis\n2024-02-12  draft  alemtuzumab 30 mg days=5"),
)

COURSE = "LEMTRADA course 1 differs from 12 mg/day x 5:"

ON_THE_CHART = (
    _chart("five days (E3)", FIRST_COURSE, silent="course 1: 5 days, no day above 13.2 mg"),
    _chart("four days and one not done (E4)", FIRST_COURSE.replace("2023-01-11  dose  alemtuzumab-lemtrada 12 mg",
                                                                   "2023-01-11  dose  alemtuzumab-lemtrada 12 mg status=not-done"),
           info=f"{COURSE} 4 days given", says=("not done",)),
    _chart("one day twice (E5)", FIRST_COURSE + "2023-01-13T18:00  dose  alemtuzumab-lemtrada 12 mg",
           critical=f"{COURSE} 24 mg on 2023-01-13"),
    _chart("13.2 mg on one day", FIRST_COURSE.replace("2023-01-13  dose  alemtuzumab-lemtrada 12 mg",
                                                      "2023-01-13  dose  alemtuzumab-lemtrada 13.2 mg"), silent=True),
    _chart("13.3 mg on one day", FIRST_COURSE.replace("2023-01-13  dose  alemtuzumab-lemtrada 12 mg",
                                                      "2023-01-13  dose  alemtuzumab-lemtrada 13.3 mg"),
           warning=f"{COURSE} 13.3 mg on 2023-01-13"),
    _chart("stopped and resumed on the same day", FIRST_COURSE.replace(
        "2023-01-13  dose  alemtuzumab-lemtrada 12 mg",
        "2023-01-13T08:00  dose  alemtuzumab-lemtrada 2 mg status=stopped\n2023-01-13T14:00  dose  alemtuzumab-lemtrada 10 mg"),
           silent=True),
    _chart("day 3 missing, resumed after 9 days: one course (E8)", """
           2023-01-09  dose  alemtuzumab-lemtrada 12 mg
           2023-01-10  dose  alemtuzumab-lemtrada 12 mg
           2023-01-19  dose  alemtuzumab-lemtrada 12 mg
           2023-01-20  dose  alemtuzumab-lemtrada 12 mg
           2023-01-21  dose  alemtuzumab-lemtrada 12 mg""", silent="course 1: 5 days, no day above 13.2 mg"),
    Example("three days, the last 7 days ago: the course may go on", hook="patient-view", as_of="2024-02-14", timeline=SECOND_COURSE,
            silent=True),
    Example("three days, the last 8 days ago", hook="patient-view", as_of="2024-02-15", timeline=SECOND_COURSE,
            info=f"{COURSE} 3 days given"),
    _chart("three days are enough for the second course", FIRST_COURSE + SECOND_COURSE, silent=True),
    _chart("a course reported alone", "2021-05-03  statement  alemtuzumab-lemtrada status=completed",
           silent="no course of confirmed infusions whose days are known"),
    _chart("an infusion known to the month", "2023-01  dose  alemtuzumab-lemtrada 12 mg",
           silent="no course of confirmed infusions whose days are known"),
    _chart("30 mg of CAMPATH in a person without any diagnosis", "2023-01-09  dose  alemtuzumab-campath 30 mg",
           silent="no course of confirmed infusions whose days are known"),
    _chart("30 mg of CAMPATH in a person with multiple sclerosis",
           "2015-01-01  condition  multiple-sclerosis\n2023-01-09  dose  alemtuzumab-campath 30 mg",
           critical=f"{COURSE} 30 mg on 2023-01-09"),
)

EXAMPLES = (*AT_SIGNING, *ON_THE_CHART)
