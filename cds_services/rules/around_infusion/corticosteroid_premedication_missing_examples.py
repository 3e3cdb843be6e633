"""Examples of corticosteroid-premedication-missing: what counts as a high dose, which days, at signing and on the chart."""

from __future__ import annotations

from cds_services.rule import Example

ORDER = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
MISSING = "No high-dose corticosteroid ordered for infusion days 1-3"


def _order(name: str, steroid: str, **expected) -> Example:
    return Example(name, timeline=ORDER + steroid, **expected)


def _steroid(dose: str = "1000 mg", code: str = "6902", more: str = "", name: str = "methylprednisolone") -> str:
    return f"2024-02-12  draft  corticosteroids {dose} code={code} text={name} {more}\n"


AT_SIGNING = (
    _order("nothing is ordered", "", warning=MISSING, suggests=("1743726", "2024-02-12", "2024-02-13", "2024-02-14"),
           says=("antihistamine",)),
    _order("1000 mg without timing covers the course (ruling 17)", _steroid(),
           silent="high-dose corticosteroid covers 2024-02-12, 2024-02-13, 2024-02-14"),
    _order("500 mg is a high dose (ruling 37)", _steroid("500 mg"), silent=True),
    _order("499 mg is not", _steroid("499 mg"), warning=MISSING, says=("less than 500 mg",), suggests=("1743726",)),
    _order("1 g is 1000 mg", _steroid("1 g"), silent=True),
    _order("250 mg twice a day are 500", _steroid("250 mg", more="frequency=2 period=1"), silent=True),
    _order("two orders of 250 mg a day add up", _steroid("250 mg") + _steroid("250 mg"), silent=True),
    _order("no dose, the product is 1000 mg", _steroid("", "1743726", name="Solu-Medrol_1000_MG_Injection"), silent=True),
    _order("no dose, the product is 125 mg", _steroid("", "1743704", name="methylprednisolone_125_MG_Injection"), warning=MISSING),
    _order("neither dose nor strength", _steroid(""), warning=MISSING, says=("check equivalence",)),
    _order("625 mg of prednisone equal 500", _steroid("625 mg", "8640", name="prednisone"), silent=True),
    _order("624 mg of prednisone do not", _steroid("624 mg", "8640", name="prednisone"), warning=MISSING),
    _order("100 mg of dexamethasone equal 533", _steroid("100 mg", "3264", name="dexamethasone"), silent=True),
    _order("93 mg of dexamethasone equal 496", _steroid("93 mg", "3264", name="dexamethasone"), warning=MISSING),
    _order("2500 mg of hydrocortisone equal 500", _steroid("2500 mg", "5492", name="hydrocortisone"), silent=True),
    _order("low-dose prednisone does not count, and a high dose is offered beside it", _steroid("10 mg", "8640", name="prednisone"),
           warning=MISSING, suggests=("1743726",)),
    _order("depot methylprednisolone does not count (E69)", "2024-02-12  draft  corticosteroid-not-premedication 40 mg code=1358610",
           warning=MISSING, says=("depot or local",)),
    _order("days 1 to 3 by date", _steroid(more="days=3"), silent=True),
    _order("days 1 and 2 alone", _steroid(more="days=2"), warning=MISSING, says=("2024-02-14: no high-dose",), suggests=("2024-02-14",)),
    _order("days 2 to 4", _steroid(more="days=3 start=2024-02-13"), warning=MISSING, says=("2024-02-12: no high-dose",)),
    _order("an active order with its period", "2024-02-10  medication  corticosteroids 1000 mg code=1743726 "
           "text=methylprednisolone start=2024-02-12 until=2024-02-14", silent=True),
    _order("an active order without timing, written this week",
           "2024-02-10  medication  corticosteroids 1000 mg code=1743726 text=methylprednisolone", silent=True),
    _order("an active order without timing, 90 days old",
           "2023-11-14  medication  corticosteroids 1000 mg code=1743726 text=methylprednisolone", silent=True),
    _order("an active order without timing, 91 days old",
           "2023-11-13  medication  corticosteroids 1000 mg code=1743726 text=methylprednisolone", warning=MISSING),
    _order("a stopped order", "2024-02-10  medication  corticosteroids 1000 mg code=1743726 text=methylprednisolone status=stopped",
           warning=MISSING),
    _order("a course of last year", "2023-01-01  medication  corticosteroids 1000 mg code=1743726 text=methylprednisolone until=2023-01-03",
           warning=MISSING),
    Example("no start stated: any three days of steroid do",
            timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n" + _steroid(more="days=3 start=2024-03-04"), silent=True),
    Example("the rest of a course whose first three days are over (ruling 31)", as_of="2024-02-15", timeline="""
            2024-02-12  dose   alemtuzumab-lemtrada 12 mg
            2024-02-13  dose   alemtuzumab-lemtrada 12 mg
            2024-02-14  dose   alemtuzumab-lemtrada 12 mg
            2024-02-15  draft  alemtuzumab-lemtrada 12 mg days=2""", silent="the first 3 infusion days of the course are over"),
    Example("the rest of a course whose first two days are over", as_of="2024-02-14", timeline="""
            2024-02-12  dose   alemtuzumab-lemtrada 12 mg
            2024-02-13  dose   alemtuzumab-lemtrada 12 mg
            2024-02-14  draft  alemtuzumab-lemtrada 12 mg days=3""", warning=MISSING, says=("2024-02-14: no high-dose",)),
    Example("CAMPATH for leukemia", timeline="2020-01-01  condition  chronic-lymphocytic-leukemia code=92814006\n"
            "2024-02-12  draft  alemtuzumab-campath 30 mg", silent=True),
    Example("active orders could not be read", timeline=ORDER, failed=("medicationRequests",), not_assessed=True),
    Example("active orders could not be read, the draft is enough", timeline=ORDER + _steroid(), failed=("medicationRequests",),
            silent=True),
    Example("administrations could not be read: at signing they do not matter", timeline=ORDER, failed=("medicationAdministrations",),
            warning=MISSING),
)

INFUSIONS = """
    2024-02-12T10:00  dose  alemtuzumab-lemtrada 12 mg
    2024-02-13T10:00  dose  alemtuzumab-lemtrada 12 mg
    2024-02-14T10:00  dose  alemtuzumab-lemtrada 12 mg
    2024-02-15T10:00  dose  alemtuzumab-lemtrada 12 mg
    2024-02-16T10:00  dose  alemtuzumab-lemtrada 12 mg
"""


def _given(*moments: str, dose: str = "1000 mg", more: str = "") -> str:
    return "".join(f"{moment}  given  corticosteroids {dose} code=1743726 text=methylprednisolone {more}\n" for moment in moments)


DAYS = ("2024-02-12T09:00", "2024-02-13T09:00", "2024-02-14T09:00")
BEFORE = "No high-dose corticosteroid given before the infusion of"


def _chart(name: str, steroids: str, as_of: str = "2024-02-17", infusions: str = INFUSIONS, **expected) -> Example:
    return Example(name, hook="patient-view", as_of=as_of, timeline=infusions + steroids, **expected)


ON_THE_CHART = (
    _chart("given before the first three infusions", _given(*DAYS),
           silent="high-dose corticosteroid was given before every infusion of days 1 to 3"),
    _chart("given as the infusion began", _given("2024-02-12T10:00", *DAYS[1:]), silent=True),
    _chart("given a minute after the infusion began", _given("2024-02-12T10:01", *DAYS[1:]), warning=f"{BEFORE} day 1"),
    _chart("given on the day, time unknown", _given("2024-02-12", *DAYS[1:]), silent=True),
    _chart("given the evening before", _given("2024-02-11T20:00", *DAYS[1:]), warning=f"{BEFORE} day 1"),
    _chart("none on record", "", warning=f"{BEFORE} days 1, 2, 3"),
    _chart("missing on day 2", _given(DAYS[0], DAYS[2]), warning=f"{BEFORE} day 2", says=("2024-02-13",)),
    _chart("too little on day 3", _given(*DAYS[:2]) + _given(DAYS[2], dose="125 mg"), warning=f"{BEFORE} day 3",
           says=("less than 500 mg",)),
    _chart("not done on day 3", _given(*DAYS[:2]) + _given(DAYS[2], more="status=not-done"), warning=f"{BEFORE} day 3"),
    _chart("while the first infusion runs", "", as_of="2024-02-12T11:00",
           infusions="2024-02-12T10:00  dose  alemtuzumab-lemtrada 12 mg status=in-progress\n", warning=f"{BEFORE} day 1"),
    _chart("seven days after the latest infusion day (ruling 33)", "", as_of="2024-02-23", warning=f"{BEFORE} days 1, 2, 3"),
    _chart("eight days after the latest infusion day", "", as_of="2024-02-24",
           silent="the latest infusion day 2024-02-16 is more than 7 days ago"),
    _chart("a course reported alone", "", infusions="2024-02-12  statement  alemtuzumab-lemtrada status=completed\n",
           silent="no course of confirmed infusions whose days are known"),
    _chart("orders could not be read: on the chart they do not matter", "", failed=("medicationRequests",),
           warning=f"{BEFORE} days 1, 2, 3"),
)

EXAMPLES = (*AT_SIGNING, *ON_THE_CHART)
