"""
The overview of one patient: all that the page shows, made from the same record and rules as the cards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cds_services import concepts as c
from cds_services.assess import ADMINISTERED, Assessment, assess
from cds_services.cards import cards_of
from cds_services.hooks import Card
from cds_services.looking import Look, as_it_stood
from cds_services.overview.banner import banner_of
from cds_services.overview.checklist import Checklist, checklist_of
from cds_services.overview.days import END_OF_DAY, Days
from cds_services.overview.due import due_of
from cds_services.overview.parts import Banner, Courses, Due, Surveillance
from cds_services.overview.plots import Plot
from cds_services.overview.replay import Replayed, replay_of
from cds_services.overview.series import plots_of
from cds_services.overview.surveillance import surveillance_of
from cds_services.overview.treatment import courses_of
from cds_services.overview.unseen import Unseen, missing_words, unseen_of
from cds_services.rule import Case

__all__ = ["Overview", "overview_of"]

DECEASED = "Recorded as deceased: nothing is due, and no card is shown."


@dataclass(frozen=True)
class Overview:
    """
    All that the page shows of one patient, as of `now`.

    `cards` are those of patient-view, in order. For a person recorded as deceased there are no cards, and no due dates,
    checklist, timeline or replay. `notes` are what must be said above all else: deceased, no alemtuzumab found, or exposure
    that could not be looked up.
    """

    now: datetime
    banner: Banner
    case: Case
    assessment: Assessment
    cards: tuple[Card, ...]
    courses: Courses
    surveillance: Surveillance
    plots: tuple[Plot, ...]
    due: Due
    checklist: Checklist
    unseen: Unseen
    replay: tuple[Replayed, ...]
    notes: tuple[str, ...] = ()


def overview_of(look: Look, instant: datetime | None = None) -> Overview:
    """All that the page shows, as of the look or of an earlier instant; the record then is what stood at that instant."""
    look = look if instant is None or instant >= look.now else _earlier(look, instant)
    days = Days(look)
    case = days.case(days.today)
    assessment = assess(case, look.rules)
    overview = Overview(
        now=look.now, banner=banner_of(case, look.patient), case=case, assessment=assessment,
        cards=tuple(cards_of(assessment, case, look.site)), courses=courses_of(case), surveillance=surveillance_of(days),
        plots=plots_of(case), due=due_of(days), checklist=checklist_of(look), unseen=unseen_of(case, assessment),
        replay=replay_of(days), notes=_notes(case))
    return _of_the_dead(overview) if case.record.patient.deceased else overview


def _of_the_dead(overview: Overview) -> Overview:
    """What was given and measured stays; nothing is due, and nothing is advised (protocol B.4)."""
    return replace(overview, cards=(), surveillance=Surveillance(why=DECEASED), due=Due(why=DECEASED), replay=(),
                   checklist=Checklist(overview.case.today, False, ()))


def _earlier(look: Look, instant: datetime) -> Look:
    """The look as of an earlier instant; in the last hour of a day the hour that results may lie ahead must not reach the next day."""
    at = instant.astimezone(look.site.zone)
    at = min(at, datetime.combine(at.date(), END_OF_DAY, at.tzinfo))
    return replace(look, now=at, record=as_it_stood(look.record, at))


def _notes(case: Case) -> tuple[str, ...]:
    """What must be said above all else: deceased; treated with nothing, with the other product, or not to be looked up."""
    return (*((DECEASED,) if case.record.patient.deceased else ()), *(() if case.exposure.exists else _not_exposed(case)))


def _not_exposed(case: Case) -> tuple[str, ...]:
    missing = missing_words(case, (ADMINISTERED,))
    if missing:
        return (f"Whether alemtuzumab was given could not be looked up ({missing}). No answer here means that it was not given.",)
    others = missing_words(case, (c.ALEMTUZUMAB,))
    found = ["Alemtuzumab was found as CAMPATH alone: LEMTRADA surveillance does not apply."] if case.exposure.campath else [
        "No alemtuzumab was found in what was looked at."]
    return (*found, *((f"Not all of it could be looked at: {others}.",) if others else ()),
            *(("Alemtuzumab is ordered and not yet given.",) if case.plan else ()))
