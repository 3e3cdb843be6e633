"""
Delayed infusion reactions.

Why it matters: reactions have come later than 24 hours after an infusion, when the patient is at home.
Speaks for 72 hours from the end of an infusion.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.infusions import WATCH_HOURS, all_read, clock, hours_after, watched
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

SYMPTOMS = (c.RASH, c.CHEST_PAIN, c.DYSPNEA)


def evaluate(case: Case) -> Outcome:
    infusions = tuple(one for one in watched(case) if not one.running(case.now))
    if not infusions:
        return Silent(f"no infusion ended in the last {WATCH_HOURS} h", settled=all_read(case))
    latest = infusions[-1]
    symptoms = tuple(one for one in case.record.conditions(*SYMPTOMS)
                     if one.when is not None and any(hours_after(infusion, one.when) is not None for infusion in infusions))
    told = (f"On record in that time: {one.name}, {clock(one.when.instant) if one.when.instant else one.when}" for one in symptoms)
    return Finding(
        indicator=INFO, summary=f"LEMTRADA infusion {int(latest.hours_since(case.now))} h ago: delayed reactions possible",
        evidence=evidence_of(latest.dose.event, *symptoms), found=(latest.told, *told),
        meaning="Rash, chest tightness and breathlessness are described more than 24 hours after an infusion.",
        advice=("Tell the patient to report rash or chest tightness, and to go to an emergency department for trouble breathing, "
                "swelling, fainting or chest pain.",))


INFUSION = "2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-12T12:00\n"


def _told(hours: int) -> str:
    return f"LEMTRADA infusion {hours} h ago: delayed reactions possible"


EXAMPLES = (
    Example("right after the end", as_of="2024-02-12T12:00", timeline=INFUSION, info=_told(0)),
    Example("exactly 72 hours after the end", as_of="2024-02-15T12:00", timeline=INFUSION, info=_told(72)),
    Example("a minute more than 72 hours", as_of="2024-02-15T12:01", timeline=INFUSION, silent="no infusion ended in the last 72 h"),
    Example("while the infusion runs", as_of="2024-02-12T09:00", silent="no infusion ended in the last 72 h",
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg status=in-progress"),
    Example("while the second infusion runs, the first is over", as_of="2024-02-13T09:00", info=_told(21),
            timeline=INFUSION + "2024-02-13T08:00  dose  alemtuzumab-lemtrada 12 mg status=in-progress"),
    Example("a rash in that time is told", as_of="2024-02-14T12:00", timeline=INFUSION + "2024-02-14T09:00  condition  rash-urticaria",
            info=_told(48), says=("On record in that time", "2024-02-14 09:00")),
    Example("a rash from before is not", as_of="2024-02-14T12:00", timeline=INFUSION + "2024-02-01  condition  rash-urticaria",
            info=_told(48)),
    Example("an infusion not done", as_of="2024-02-13T12:00", timeline=f"{INFUSION.strip()} status=not-done", silent=True),
    Example("conditions could not be read", as_of="2024-02-13T12:00", timeline=INFUSION, failed=("conditions",), info=_told(24)),
)

RULE = Rule(
    id="delayed-reaction-window",
    title="Delayed infusion reactions",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="prophylaxis",
    source=Citation(us="5.2", evidence="label; length of the window implementation choice",
                    protocol="C.5 delayed-reaction-window; ruling 35"),
    to_find=(c.INFUSIONS,),
    to_soften=SYMPTOMS,
    card="postInfusion",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
