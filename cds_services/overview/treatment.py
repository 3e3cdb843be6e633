"""
The treatment as the page shows it: courses with their infusions, what belongs to no course, and the surveillance window.
"""

from __future__ import annotations

from cds_services.exposure import CAMPATH, CONFIRMED, LEMTRADA, REPORTED, UNCLASSIFIED, Course, Dose, Exposure
from cds_services.overview.parts import CourseRow, Courses, Infusion, Window
from cds_services.record import Medication
from cds_services.rule import Case


def courses_of(case: Case) -> Courses:
    """What is known of the treatment as of the case."""
    exposure = case.exposure
    placed = {id(dose) for course in exposure.courses for dose in course.doses}
    return Courses(
        level=exposure.level, product=exposure.product, courses=tuple(_row(one) for one in exposure.courses),
        others=tuple(_infusion(dose) for dose in exposure.doses if id(dose) not in placed),
        missed=tuple(_missed(one) for one in exposure.missed), campath=tuple(_infusion(dose) for dose in exposure.campath),
        window=_window(case, exposure))


def _row(course: Course) -> CourseRow:
    levels, products = {dose.level for dose in course.doses}, {dose.product for dose in course.doses}
    return CourseRow(
        number=course.number, first_day=course.first_day, last_day=course.last_day, days=course.days,
        doses=tuple(_infusion(dose) for dose in course.doses), expected_days=course.expected_days, given_days=len(course.scheduled_days),
        level=CONFIRMED if CONFIRMED in levels else REPORTED,
        product=next(one for one in (LEMTRADA, UNCLASSIFIED, CAMPATH) if one in products), running=course.running)


def _infusion(dose: Dose) -> Infusion:
    return Infusion(
        when=_written(dose), day=dose.day, milligrams=dose.milligrams, product=dose.product, level=dose.level, status=dose.event.status,
        reference=dose.reference, uncertain=dose.uncertain, counted=dose.scheduled and dose.day is not None)


def _written(dose: Dose) -> str:
    """The dose's date; of a report over a period its first and last day."""
    if dose.start is None:
        return ""
    over_days = dose.level == REPORTED and dose.end is not None and dose.end.last > dose.start.last
    return f"{dose.start} to {dose.end}" if over_days else str(dose.start)


def _missed(one: Medication) -> Infusion:
    day = one.when.first if one.when is not None and one.when.exact else None
    return Infusion(str(one.when or ""), day, one.milligrams, "", "", one.status, one.reference)


def _window(case: Case, exposure: Exposure) -> Window | None:
    """The window of surveillance; None where no dose is dated, or none is confirmed or reported."""
    if not exposure.dated:
        return None
    return Window(exposure.first_dose, exposure.last_dose, exposure.window_end, (exposure.window_end - case.today).days)
