"""Examples of course-interval-short: course 2 from the first day of course 1, later ones from the last dose, partial dates."""

from __future__ import annotations

from cds_services.rule import Example

SIGN = "order-sign"


def _course(first: str, days: int) -> str:
    year_month, day = first[:8], int(first[8:])
    return "".join(f"{year_month}{day + n:02}  dose  alemtuzumab-lemtrada 12 mg\n" for n in range(days))


def _drafted(start: str, days: int = 3) -> str:
    return f"2024-02-12  draft  alemtuzumab-lemtrada 12 mg days={days} start={start}\n"


def _says(number: int, months: int, verb: str = "planned") -> str:
    return f"LEMTRADA course {number} {verb} {months} months after last dose; minimum is 12"


def _signed(name: str, timeline: str, **more) -> Example:
    return Example(name, hook=SIGN, timeline=timeline, **more)


SECOND = _course("2023-03-06", 5)
THIRD = _course("2021-05-03", 5) + _course("2023-03-06", 3)

EXAMPLES = (
    _signed("course 2, 12 months after the first day of course 1 (E10)", SECOND + _drafted("2024-03-06"),
            silent="2024-03-06 is not before 2024-03-06"),
    _signed("course 2 a day earlier (E11)", SECOND + _drafted("2024-03-05"), warning=_says(2, 11)),
    _signed("course 2, 30 days short", SECOND + _drafted("2024-02-12"), warning=_says(2, 11), as_of="2024-02-05"),
    _signed("course 2, 31 days short", _course("2023-03-14", 5) + _drafted("2024-02-12"), critical=_says(2, 10)),
    _signed("course 3, 12 months after the last dose", THIRD + _drafted("2024-03-08"), silent=True),
    _signed("course 3 a day earlier", THIRD + _drafted("2024-03-07"), warning=_says(3, 11)),
    _signed("course 3, 12 months after the first day of course 2 are not enough", THIRD + _drafted("2024-03-06"), warning=_says(3, 11)),
    _signed("course 3, 31 days short", _course("2021-05-03", 5) + _course("2023-03-12", 3) + _drafted("2024-02-12"),
            critical=_says(3, 10)),
    _signed("course 3, 30 days short", _course("2021-05-03", 5) + _course("2023-03-11", 3) + _drafted("2024-02-12"), warning=_says(3, 10)),
    _signed("29 February: 12 months after it is 28 February", _course("2024-02-29", 1) + _drafted("2025-02-28"), as_of="2025-02-20",
            silent=True),
    _signed("the missing days of an unfinished course, nine days later (E8)", _course("2024-02-01", 3) + _drafted("2024-02-12", 2),
            silent=True),
    _signed("the missing days, 30 days after the last dose", _course("2024-01-11", 3) + _drafted("2024-02-12", 2), silent=True),
    _signed("the missing days, 31 days after the last dose", _course("2024-01-10", 3) + _drafted("2024-02-12", 2),
            critical=_says(2, 1), says=("Resumed or new course",)),
    _signed("a finished course is not completed again", _course("2024-02-01", 5) + _drafted("2024-02-12", 2), critical=_says(2, 0)),
    _signed("a month alone is read as its last day", "2023-03  statement  alemtuzumab-lemtrada status=completed\n" + _drafted("2024-03-15"),
            warning=_says(2, 11), says=("latest day that it allows",)),
    _signed("a month alone, 12 months after its last day",
            "2023-03  statement  alemtuzumab-lemtrada status=completed\n" + _drafted("2024-03-31"), silent=True),
    _signed("suspected exposure counts as well", "2023-10-06  medication  alemtuzumab-lemtrada status=completed\n"
            + _drafted("2024-02-12"), critical=_says(2, 4), says=("suspected",)),
    _signed("entered in error", "2023-10-06  dose  alemtuzumab-lemtrada 12 mg status=entered-in-error\n" + _drafted("2024-02-12"),
            silent="no earlier dose found"),
    _signed("an infusion that was not done", "2023-10-06  dose  alemtuzumab-lemtrada 12 mg status=not-done\n" + _drafted("2024-02-12"),
            silent=True),
    _signed("no date of the earlier dose", "-  dose  alemtuzumab-lemtrada 12 mg\n" + _drafted("2024-02-12"), silent=True),
    _signed("no start in the order: today is assumed", _course("2023-10-02", 5) + "2024-02-12  draft  alemtuzumab-lemtrada 12 mg",
            critical=_says(2, 4), says=("today assumed",)),
    _signed("administrations could not be read", _drafted("2024-02-12"), failed=("medicationAdministrations",), not_assessed=True),
    Example("on the chart: an active order for a new course", warning=_says(2, 11),
            timeline=SECOND + "2024-02-01  medication  alemtuzumab-lemtrada days=3 start=2024-02-26"),
    Example("on the chart: the active order is that of the course just given", timeline=_course("2024-02-05", 5)
            + "2024-02-01  medication  alemtuzumab-lemtrada", silent=True),
    Example("on the chart: course 2 came too early", timeline=_course("2023-03-06", 5) + _course("2024-02-05", 3),
            info=_says(2, 10, "given")),
    Example("on the chart: still told a month after its first day", as_of="2024-03-05",
            timeline=_course("2023-03-06", 5) + _course("2024-02-05", 3), info=_says(2, 10, "given")),
    Example("on the chart: no longer told", as_of="2024-03-06", timeline=_course("2023-03-06", 5) + _course("2024-02-05", 3), silent=True),
    Example("on the chart: infusions 31 days apart, resumed or new (E9)", as_of="2024-02-12",
            timeline=_course("2024-01-02", 3) + _course("2024-02-04", 2), info=_says(2, 1, "given"), says=("Resumed or new course",)),
    Example("on the chart: infusions 180 days apart, resumed or new (E9)", as_of="2024-02-12",
            timeline="2023-08-09  dose  alemtuzumab-lemtrada 12 mg\n" + _course("2024-02-05", 2), info=_says(2, 5, "given"),
            says=("Resumed or new course",)),
    Example("on the chart: infusions 30 days apart are one course", silent=True,
            timeline=_course("2024-01-02", 3) + _course("2024-02-03", 2)),
)
