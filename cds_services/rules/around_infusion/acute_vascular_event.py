"""
Stroke, dissection, myocardial infarction or alveolar hemorrhage soon after an infusion.

Why it matters: these events came mostly within three days of an infusion; the next infusion may bring the next one.
Speaks when such an event began within 72 hours of the end of any infusion, and more quietly up to 7 days after it.
"""

from __future__ import annotations

from math import ceil

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over
from cds_services.clinical.infusions import WATCH_HOURS, all_read, any_infusion, clock, fewest_hours, infusions_of
from cds_services.record import Condition
from cds_services.rule import CRITICAL, EXPOSED, PATIENT_VIEW, WARNING, Case, Citation, Finding, Outcome, Rule, Silent, evidence_of
from cds_services.rules.around_infusion.acute_vascular_event_examples import EXAMPLES
from cds_services.wording import fit

REPORT_HOURS = 168  # hours (7 days) after an infusion, inclusive, in which an event is to be reported [impl]: protocol C.5
REPORT_DAYS = 7  # days since an event that is over, in which it is still told [impl]: protocol C.5 acute-vascular-event
EVENTS = (c.STROKE, c.ARTERIAL_DISSECTION, c.ANGINA_MI, c.ALVEOLAR_HEMORRHAGE)


def evaluate(case: Case) -> Outcome:
    if not any_infusion(case):
        return Silent("no infusion whose day is known", settled=all_read(case))
    hours = [(found, one) for one in case.record.conditions(*EVENTS)
             if _counts(case, one) and (found := fewest_hours(infusions_of(case), one.when)) is not None and found <= REPORT_HOURS]
    if not hours:
        return Silent(f"no stroke, dissection, infarction or lung bleeding within {REPORT_HOURS // 24} days of an infusion")
    hours.sort(key=lambda pair: (pair[0], pair[1].reference))
    nearest, event = hours[0]
    return Finding(
        indicator=CRITICAL if nearest <= WATCH_HOURS else WARNING,
        evidence=evidence_of(*(one for _, one in hours), infusions_of(case)[-1].dose.event),
        summary=fit("", event.name or "Vascular event", f" within {max(1, ceil(nearest))} h of LEMTRADA infusion"),
        found=tuple(f"{one.name}: {_moment(one)}, {max(1, ceil(found))} h after an infusion{_remark(one)}" for found, one in hours),
        meaning="Stroke, cervicocephalic dissection, myocardial infarction and alveolar hemorrhage came mostly within 3 days.",
        advice=("Emergency care now, where it is not under way. Give no further infusion.",
                "Report it as a suspected adverse reaction, and weigh whether LEMTRADA may ever be given again."))


def _counts(case: Case, one: Condition) -> bool:
    """An event that is over is told for a week; one that is not, as long as it stands on the record."""
    if one.when is None:
        return False
    return not over(one, case) or (case.today - one.when.last).days <= REPORT_DAYS


def _moment(one: Condition) -> str:
    return clock(one.when.instant) if one.when.instant else str(one.when)


def _remark(one: Condition) -> str:
    return f" ({one.verification})" if one.verification not in ("", "confirmed") else ""


RULE = Rule(
    id="acute-vascular-event",
    title="Vascular event soon after an infusion",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="vascular",
    source=Citation(us="boxed warning, 5.2, 5.3", evidence="label; 7 days implementation choice",
                    protocol="D8, B.3, C.5 acute-vascular-event"),
    to_find=(c.INFUSIONS, *EVENTS),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
