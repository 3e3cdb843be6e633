"""
What is due next: each surveillance test until the end of surveillance, and the other dated duties of the treatment.
"""

from __future__ import annotations

from datetime import date, timedelta

from cds_services.clinical.prophylaxis import CD4_ENOUGH, deciding_cd4, months_are_over, recovered
from cds_services.clinical.surveillance import SurveillanceTest
from cds_services.dates import add_months
from cds_services.overview.days import Days
from cds_services.overview.parts import NOT_SEEN, OVERDUE, Due, DueRow, Duty
from cds_services.overview.surveillance import done_of, position, tests_of
from cds_services.results import told
from cds_services.rule import Case
from cds_services.rules import BY_ID
from cds_services.schedule import closed


def due_of(days: Days) -> Due:
    """The next due dates as of the look, the soonest first; without rows where nothing is counted, and why."""
    case = days.case(days.today)
    if not case.exposure.exists:
        return Due(why="No alemtuzumab for multiple sclerosis is known, so no test is due.")
    ended = closed(case)
    rows = () if ended else tuple(_row(case, test) for test in tests_of(days))
    return Due(tuple(sorted(rows, key=_soonest)), tuple(_duties(case)), case.exposure.window_end if case.exposure.dated else None,
               _sentence(ended.why) if ended else "")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _soonest(row: DueRow) -> tuple:
    """Overdue without a date first, then by due day; what could not be seen last."""
    return (row.state == NOT_SEEN, row.due or date.min, row.title)


def _row(case: Case, test: SurveillanceTest) -> DueRow:
    now = position(case, test)
    due = now.due if now.state != NOT_SEEN else None
    order = next((one for concept in test.orders if (one := case.placed(concept))), None)
    end, last = case.exposure.window_end, now.at.last
    return DueRow(
        rule=test.rule, title=test.title[:1].upper() + test.title[1:], last=done_of(last) if last is not None else None,
        due=due, overdue_from=due + timedelta(days=now.at.interval.overdue + 1 - now.at.interval.due) if due else None,
        days=(due - case.today).days if due else None, state=now.state, interval=now.at.interval.words, source=now.at.interval.source,
        ordered=f"{order.name or order.reference} ({order.authored or 'no date'})" if order else "",
        ends=due is not None and end is not None and due > end,
        words=now.outcome.why if now.state == NOT_SEEN else now.outcome.summary if now.state == OVERDUE else "")


# ---- other duties -------------------------------------------------------------------------------------------------

def _duties(case: Case) -> list[Duty]:
    exposure = case.exposure
    if not exposure.dated:
        return []
    found = [_prophylaxis(case)] if not (months_are_over(case) and _may_stop(case)) else []
    if case.today <= exposure.window_end:
        found.append(Duty(
            "end-of-surveillance", "Last day of surveillance", exposure.window_end,
            f"{case.policy.surveillance_months} calendar months after the last dose of {exposure.last_dose}; "
            "longer if clinically indicated. A later dose moves it.", BY_ID["surveillance-complete"].source.label(case.policy)))
    return sorted(found, key=lambda one: one.day)


def _may_stop(case: Case) -> bool:
    count = deciding_cd4(case)
    return count is not None and recovered(count)


def _prophylaxis(case: Case) -> Duty:
    """Until when herpes prophylaxis goes on at the least, and the count that decides then."""
    count, months = deciding_cd4(case), case.policy.antiviral_months
    known = told(count) if count is not None else "no CD4+ count after the last dose found in the records available to this service"
    return Duty(
        "herpes-prophylaxis", "Herpes prophylaxis until this day at the earliest", add_months(case.exposure.last_dose, months),
        f"{months} calendar month{'s' if months > 1 else ''} after the last dose, and until CD4+ is {CD4_ENOUGH}/µL or more, "
        f"whichever is later: {known}.", BY_ID["antiviral-prophylaxis-missing"].source.label(case.policy))
