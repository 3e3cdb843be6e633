"""
Observation after an infusion.

Why it matters: serious infusion reactions, anaphylaxis among them, come during the infusion and in the hours after it.
Speaks from the start of an infusion until two hours after its end.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.infusions import OBSERVATION_HOURS, all_read, any_infusion, clock, infusions_of, lately, later
from cds_services.dates import hours_between
from cds_services.rule import EXPOSED, PATIENT_VIEW, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    if not any_infusion(case):
        return Silent("no infusion whose day is known", settled=all_read(case))
    infusions = lately(case)
    if not infusions or hours_between(infusions[-1].end, case.now) >= OBSERVATION_HOURS:
        return Silent(lambda: f"the last infusion ended {clock(infusions_of(case)[-1].end)}", settled=all_read(case))
    latest = infusions[-1]
    until = clock(later(latest.end, OBSERVATION_HOURS))
    return Finding(
        indicator=WARNING, summary=f"Observe for infusion reaction until {until}", short=f"observe until {until}",
        evidence=evidence_of(latest.dose.event), found=(latest.told,),
        meaning="The label asks for observation during every infusion and for at least two hours after it, longer where needed.",
        advice=(f"Observe until {until}, longer where needed.",
                "Keep the patient where anaphylaxis and severe reactions can be treated at once; check vital signs.",
                "Say before leaving that reactions may come later, and whom to call."))


INFUSION = "2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-12T12:00\n"
UNTIL_TWO = "Observe for infusion reaction until 2024-02-12 14:00"

EXAMPLES = (
    Example("just before two hours after the end", as_of="2024-02-12T13:59", timeline=INFUSION, warning=UNTIL_TWO),
    Example("exactly two hours after the end", as_of="2024-02-12T14:00", timeline=INFUSION,
            silent="the last infusion ended 2024-02-12 12:00"),
    Example("while the infusion runs", as_of="2024-02-12T09:00", warning=UNTIL_TWO, says=("estimated",),
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg status=in-progress"),
    Example("no end recorded: four hours from the start", as_of="2024-02-12T13:59", warning=UNTIL_TWO, says=("estimated",),
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg"),
    Example("no end recorded: six hours from the start", as_of="2024-02-12T14:00", silent=True,
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 12 mg"),
    Example("known to the day alone: it ends at 23:59", as_of="2024-02-13T01:58",
            timeline="2024-02-12  dose  alemtuzumab-lemtrada 12 mg", warning="Observe for infusion reaction until 2024-02-13 01:59"),
    Example("known to the day alone, two hours after 23:59", as_of="2024-02-13T01:59",
            timeline="2024-02-12  dose  alemtuzumab-lemtrada 12 mg", silent=True),
    Example("across midnight (E6)", as_of="2024-02-13T05:00",
            timeline="2024-02-12T23:30  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-13T03:30",
            warning="Observe for infusion reaction until 2024-02-13 05:30"),
    Example("across the change of clocks: hours, not clock time (E86)", as_of="2024-03-31T02:00", settings={"time_zone": "Europe/Berlin"},
            timeline="2024-03-30T22:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-03-31T00:30",
            warning="Observe for infusion reaction until 2024-03-31 04:30"),
    Example("a stopped infusion", as_of="2024-02-12T10:00", warning="Observe for infusion reaction until 2024-02-12 10:30",
            timeline="2024-02-12T08:00  dose  alemtuzumab-lemtrada 2 mg status=stopped ended=2024-02-12T08:30"),
    Example("an infusion entered in error", as_of="2024-02-12T13:00", silent=True, timeline=f"{INFUSION.strip()} status=entered-in-error"),
    Example("known to the month alone", as_of="2024-02-12T13:00", timeline="2024-02  dose  alemtuzumab-lemtrada 12 mg",
            silent="no infusion whose day is known"),
    Example("infusions could not be read", as_of="2024-02-12T13:00", failed=("medicationAdministrations",), not_assessed=True,
            timeline="2024-02-01  statement  alemtuzumab-lemtrada status=active"),
)

RULE = Rule(
    id="post-infusion-observation",
    title="Observation after an infusion",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="prophylaxis",
    source=Citation(us="boxed warning, 5.2", protocol="B.3, C.5 post-infusion-observation"),
    to_find=(c.INFUSIONS,),
    card="postInfusion",
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
