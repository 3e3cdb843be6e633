"""
The surveillance tests of protocol C.3: what counts as done, how often each is due, which orders answer for it.

Shared by the overdue rules and by what shows the schedule, so that both count the same events by the same days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cds_services import concepts as c
from cds_services.clinical.diagnoses import uncertain
from cds_services.clinical.pregnancies import Pregnancy, pregnancy_of
from cds_services.concepts import Concept
from cds_services.policy import Interval
from cds_services.record import Event
from cds_services.rule import Case
from cds_services.schedule import Standing, done, last_done, last_of, standing


def results(case: Case, part: Concept) -> tuple[Event, ...]:
    """Results that count as done: final, amended or corrected."""
    return done(case.record.labs(part))


def _never(case: Case) -> str:
    return ""


@dataclass(frozen=True)
class SurveillanceTest:
    """
    One surveillance test: the rule that tells when it is overdue, its title, and the parts that make it only together.

    `counted` are the events that count as one part done, `orders` the requests that bring it; `needless` says why a
    person does not need it at all, "" where they do.
    """

    rule: str
    title: str
    parts: tuple[Concept, ...]
    interval: Callable[[Case], Interval]
    orders: tuple[Concept, ...]
    counted: Callable[[Case, Concept], tuple[Event, ...]] = results
    needless: Callable[[Case], str] = _never

    def standings(self, case: Case) -> tuple[Standing, ...]:
        """Where each part stands."""
        return case.once(self._standings)

    def _standings(self, case: Case) -> tuple[Standing, ...]:
        interval = self.interval(case)
        if self.counted is results:  # which stand in order
            return tuple([standing(case, last_done(case.record.labs(part), case), interval) for part in self.parts])
        return tuple([standing(case, last_of(self.counted(case, part), case), interval) for part in self.parts])


def oldest(standings: Iterable[Standing]) -> Standing:
    """The part that was done longest ago, or never: it stands for the test."""
    return max(standings, key=lambda one: float("inf") if one.days is None else one.days)


# ---- intervals ----------------------------------------------------------------------------------------------------

def monthly(case: Case) -> Interval:
    """Every month."""
    return case.policy.monthly


def yearly(case: Case) -> Interval:
    """Every year."""
    return case.policy.yearly


def liver(case: Case) -> Interval:
    """As the jurisdiction has it for the liver."""
    return case.policy.liver


def thyroid(case: Case) -> Interval:
    """Every three months; every month in a pregnancy that is certain (C.3 tsh-overdue)."""
    return case.policy.monthly if certain_pregnancy(case) else case.policy.quarterly


def certain_pregnancy(case: Case) -> Pregnancy | None:
    """The pregnancy on record where it is certain and current."""
    found = pregnancy_of(case)
    return found if found is not None and found.confirmed else None


# ---- what counts, where it is no result of the laboratory ---------------------------------------------------------

def skin_examinations(case: Case, part: Concept) -> tuple[Event, ...]:
    """Completed examinations of the skin, their findings, and finished dermatology visits; a referral is none."""
    procedures = [one for one in case.record.procedures(part) if one.status == "completed"]
    visits = [one for one in case.record.procedures(c.DERMATOLOGY) if one.kind == "encounter"]
    return (*procedures, *visits, *results(case, part))


def cervical_tests(case: Case, part: Concept) -> tuple[Event, ...]:
    """HPV tests, and cytologies, which count as well by the local programme."""
    return (*results(case, part), *results(case, c.CERVICAL_CYTOLOGY))


def without_cervix(case: Case) -> str:
    """Why there is no cervix to screen: recorded as male, absent, or removed and not said to be kept (ruling 25)."""
    record = case.record
    if record.patient.gender == "male":
        return "recorded as male"
    if record.conditions(c.CERVIX_ABSENT) or record.procedures(c.CERVIX_ABSENT):
        return "no cervix, by the record"
    removed = [one for one in record.procedures(c.HYSTERECTOMY) if one.status == "completed"]
    told = [one for one in record.conditions(c.HYSTERECTOMY) if not uncertain(one)]
    kept = record.conditions(c.CERVIX_KEPT) or record.procedures(c.CERVIX_KEPT)
    return "no cervix, by the record" if (removed or told) and not kept else ""


# ---- the tests ----------------------------------------------------------------------------------------------------

CBC = SurveillanceTest("cbc-overdue", "CBC with differential", (c.PLATELETS, c.NEUTROPHILS, c.LYMPHOCYTES), monthly, (c.CBC_PANEL,))
CREATININE = SurveillanceTest("creatinine-overdue", "creatinine", (c.CREATININE,), monthly, (c.CREATININE, c.METABOLIC_PANEL))
URINALYSIS = SurveillanceTest("urinalysis-overdue", "urinalysis with cell counts", (c.URINE_RBC,), monthly, (
    c.URINALYSIS_PANEL, c.URINE_RBC))
TSH = SurveillanceTest("tsh-overdue", "TSH", (c.TSH,), thyroid, (c.TSH,))
LIVER = SurveillanceTest("lft-overdue", "ALT and bilirubin", (c.ALT, c.BILIRUBIN), liver, (c.HEPATIC_PANEL, c.METABOLIC_PANEL))
SKIN = SurveillanceTest("skin-exam-overdue", "skin examination", (c.SKIN_EXAM,), yearly, (c.DERMATOLOGY_REFERRAL, c.SKIN_EXAM),
                        counted=skin_examinations)
HPV = SurveillanceTest("hpv-screening-due", "HPV screening", (c.HPV_SCREENING,), yearly, (c.HPV_SCREENING, c.CERVICAL_CYTOLOGY),
                       counted=cervical_tests, needless=without_cervix)

LABORATORY = (CBC, CREATININE, URINALYSIS, TSH, LIVER)
TESTS = (*LABORATORY, SKIN, HPV)


def due_lines(case: Case) -> tuple[str, ...]:
    """Laboratory tests that are due and not yet overdue: lines of another overdue card, never a card of their own (C.0)."""
    lines = []
    for test in LABORATORY:
        at = oldest(test.standings(case))
        if at.days is not None and at.interval.due <= at.days <= at.interval.overdue:
            lines.append(f"{test.title}: {at.days} d ({at.interval.words})")
    return tuple(lines)
