"""
Three days after an infusion: stroke, dissection, heart attack, lung bleeding.

Why it matters: strokes and dissections of the neck's arteries came mostly within three days of an infusion, in young people
without other risk; heart attacks and alveolar hemorrhage too. Each is a matter of hours.
Speaks for 72 hours from the end of any infusion; louder where a warning symptom is on record in that time.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.infusions import WATCH_HOURS, all_read, clock, in_watch, watched
from cds_services.record import Condition
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

SYMPTOMS = (c.HEADACHE, c.FOCAL_DEFICIT, c.CHEST_PAIN, c.HEMOPTYSIS, c.NECK_PAIN)


def evaluate(case: Case) -> Outcome:
    infusions = watched(case)
    if not infusions:
        return Silent(f"no infusion ended in the last {WATCH_HOURS} h", settled=all_read(case))
    latest = infusions[-1]
    symptoms = tuple(one for one in case.record.conditions(*SYMPTOMS) if in_watch(case, one.when))
    return Finding(
        indicator=WARNING if symptoms else INFO, evidence=evidence_of(latest.dose.event, *symptoms),
        summary=f"LEMTRADA infusion {int(latest.hours_since(case.now))} h ago: watch for stroke, dissection, MI",
        found=(latest.told, *(f"In that time: {one.name}, {_moment(one)}" for one in symptoms)), meaning=_meaning(bool(symptoms)),
        advice=_advice(bool(symptoms)))


def _moment(one: Condition) -> str:
    return clock(one.when.instant) if one.when.instant else str(one.when)


def _meaning(symptoms: bool) -> str:
    known = "Stroke, dissection of neck arteries, myocardial infarction and alveolar hemorrhage came mostly within 3 days of an infusion."
    return f"{known} A headache or another symptom of this time is not to be put down to common effects." if symptoms else known


def _advice(symptoms: bool) -> tuple[str, ...]:
    if symptoms:
        return ("Examine at once: stroke, dissection, heart and lung. Give no further infusion until they are excluded.",)
    return ("Tell the patient to call emergency services for sudden headache or neck pain, weakness or numbness of one side, trouble "
            "speaking or seeing, chest pain, breathlessness or coughing blood.",
            "Day 4 is not safe by itself: the same symptoms need the same answer later.")


INFUSION = "2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-12T12:00\n"
COURSE = """
    2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-12T12:00
    2024-02-13T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-13T12:00
"""


def _told(hours: int) -> str:
    return f"LEMTRADA infusion {hours} h ago: watch for stroke, dissection, MI"


EXAMPLES = (
    Example("an hour after the end", as_of="2024-02-12T13:00", timeline=INFUSION, info=_told(1)),
    Example("exactly 72 hours after the end", as_of="2024-02-15T12:00", timeline=INFUSION, info=_told(72)),
    Example("a minute more than 72 hours", as_of="2024-02-15T12:01", timeline=INFUSION, silent="no infusion ended in the last 72 h"),
    Example("72 hours after the first of two infusions: the end of any counts", as_of="2024-02-15T13:00", timeline=COURSE, info=_told(49)),
    Example("72 hours after the last of two infusions", as_of="2024-02-16T12:00", timeline=COURSE, info=_told(72)),
    Example("while the infusion runs", as_of="2024-02-12T09:00", info=_told(0),
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg status=in-progress"),
    Example("no end recorded: four hours from the start", as_of="2024-02-15T12:00", info=_told(72), says=("estimated",),
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg"),
    Example("known to the day alone: it ends at 23:59", as_of="2024-02-15T23:59", info=_told(72),
            timeline="2024-02-12  dose  alemtuzumab-lemtrada 12 mg"),
    Example("known to the day alone, a minute later", as_of="2024-02-16T00:00", silent=True,
            timeline="2024-02-12  dose  alemtuzumab-lemtrada 12 mg"),
    Example("clocks put forward inside 72 hours (E86)", as_of="2024-04-01T20:00", settings={"time_zone": "Europe/Berlin"}, info=_told(72),
            timeline="2024-03-29T16:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-03-29T20:00"),
    Example("clocks put forward, a minute more than 72 hours (E86)", as_of="2024-04-01T20:01", settings={"time_zone": "Europe/Berlin"},
            timeline="2024-03-29T16:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-03-29T20:00", silent=True),
    Example("clocks put forward during an infusion without end (E86)", as_of="2024-04-03T03:30", settings={"time_zone": "Europe/Berlin"},
            timeline="2024-03-30T23:30  dose  alemtuzumab-lemtrada 12 mg", info=_told(72)),
    Example("headache in that time", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-13T09:00  condition  headache", warning=_told(24), says=("In that time", "2024-02-13 09:00")),
    Example("headache known to the day of the infusion", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-12  condition  headache", warning=_told(24)),
    Example("headache during the infusion", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-12T09:00  condition  headache", warning=_told(24)),
    Example("weakness in that time", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-13  condition  focal-neurological-deficit", warning=_told(24)),
    Example("aphasia in that time", as_of="2024-02-13T12:00", warning=_told(24),
            timeline=INFUSION + "2024-02-13  condition  focal-neurological-deficit code=87486003"),
    Example("chest pain in that time", as_of="2024-02-13T12:00", timeline=INFUSION + "2024-02-13  condition  chest-pain",
            warning=_told(24)),
    Example("coughing blood in that time", as_of="2024-02-13T12:00", timeline=INFUSION + "2024-02-13  condition  hemoptysis",
            warning=_told(24)),
    Example("neck pain in that time", as_of="2024-02-13T12:00", timeline=INFUSION + "2024-02-13  condition  neck-pain", warning=_told(24)),
    Example("headache before the infusion", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-12T07:59  condition  headache", info=_told(24)),
    Example("an old headache without a date", as_of="2024-02-13T12:00", timeline=INFUSION + "-  condition  headache", info=_told(24)),
    Example("headache refuted", as_of="2024-02-13T12:00",
            timeline=INFUSION + "2024-02-13T09:00  condition  headache verification=refuted", info=_told(24)),
    Example("an order is no infusion", as_of="2024-02-13T12:00", silent="no infusion ended in the last 72 h",
            timeline="2024-02-12  medication  alemtuzumab-lemtrada status=completed"),
    Example("conditions could not be read, the window is open", as_of="2024-02-13T12:00", timeline=INFUSION, failed=("conditions",),
            info=_told(24), says=("conditions",)),
    Example("conditions could not be read, the window is closed", as_of="2024-02-16T12:00", timeline=INFUSION, failed=("conditions",),
            silent="no infusion ended in the last 72 h"),
    Example("infusions could not be read", as_of="2024-02-13T12:00", failed=("medicationAdministrations",), not_assessed=True,
            timeline="2024-02-01  statement  alemtuzumab-lemtrada status=active"),
)

RULE = Rule(
    id="stroke-warning-window",
    title="Stroke window after an infusion",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="vascular",
    source=Citation(us="boxed warning, 5.2, 5.3", protocol="D8, B.3, C.5 stroke-warning-window"),
    to_find=(c.INFUSIONS, *SYMPTOMS),
    card="postInfusion",
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
