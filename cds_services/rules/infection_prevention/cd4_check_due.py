"""
CD4+ count due before prophylaxis may stop.

Why it matters: herpes prophylaxis ends when the label's months have passed and the CD4+ count is back; without a count it
either stops too early or never.
Speaks while prophylaxis is active, the months have passed, and the count after the last dose is unknown, or was low and is
older than the monthly interval allows.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.prophylaxis import cover, deciding_cd4, months_are_over, recovered
from cds_services.results import told, value
from cds_services.rule import (
    EXPOSED,
    INFO,
    OVERDUE_OVERRIDES,
    PATIENT_VIEW,
    Case,
    Citation,
    Example,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.schedule import NOT_FOUND


def evaluate(case: Case) -> Outcome:
    if not case.exposure.watched:
        return Silent("no confirmed or reported dose", settled=True)
    if not months_are_over(case):
        return Silent("the months after the last dose have not passed", settled=True)
    covering = cover(case, case.today)
    if not covering:
        return Silent("no active herpes prophylaxis")
    count = deciding_cd4(case)
    if count is not None and recovered(count):
        return Silent(lambda: f"CD4+ {value(count)}/uL on {count.when}")
    if count is not None and case.age_in_days(count.when) <= case.policy.monthly.overdue:
        return Silent(lambda: f"CD4+ {value(count)}/uL on {count.when}, due monthly")
    return _finding(case, count, covering[0])


def _finding(case: Case, count, antiviral) -> Finding:
    placed = case.placed(c.CD4)
    lines = (told(count) if count is not None else f"No CD4+ count after the last dose {NOT_FOUND}",
             f"Prophylaxis active: {antiviral.name}",
             *(f"CD4+ not read: {one.sent} ({one.reason})" for one in case.record.unread(c.CD4)),
             *((f"Ordered, not resulted: {placed.name or c.CD4.title} ({placed.authored or 'no date'})",) if placed else ()))
    return Finding(
        indicator=INFO, summary="CD4+ count needed before stopping herpes prophylaxis", found=lines,
        evidence=evidence_of(count, antiviral, case.exposure.latest_dose.event if case.exposure.latest_dose else None),
        meaning="Prophylaxis may stop once the months have passed and CD4+ is 200/µL or more; until then a count is due every month.",
        advice=("Measure CD4+; go on with prophylaxis until it is 200/µL or more.",), suggestions=(OrderTest(c.CD4),),
        short="CD4+ count due")


DUE = "CD4+ count needed before stopping herpes prophylaxis"
TREATED = "2023-12-12  dose  alemtuzumab-lemtrada 12 mg\n"
EARLIER = "2023-10-10  dose  alemtuzumab-lemtrada 12 mg\n"
COVERED = "2023-10-05  medication  antivirals-herpes code=197310\n"

EXAMPLES = (
    Example("two months exactly: not yet", timeline=TREATED + COVERED, silent="the months after the last dose have not passed"),
    Example("the day after two months, no count", as_of="2024-02-13", timeline=TREATED + COVERED, info=DUE, suggests=("24467-3",)),
    Example("a count from before the last dose", timeline=EARLIER + COVERED + "2023-09-20  lab  cd4-count 800 /uL", info=DUE),
    Example("low 35 days ago: a month has not gone by", timeline=EARLIER + COVERED + "2024-01-08  lab  cd4-count 150 /uL",
            silent="CD4+ 150/uL on 2024-01-08, due monthly"),
    Example("low 36 days ago", timeline=EARLIER + COVERED + "2024-01-07  lab  cd4-count 150 /uL", info=DUE),
    Example("199 long ago", timeline=EARLIER + COVERED + "2023-11-20  lab  cd4-count 199 /uL", info=DUE),
    Example("200 long ago: it may stop", timeline=EARLIER + COVERED + "2023-11-20  lab  cd4-count 200 /uL",
            silent="CD4+ 200/uL on 2023-11-20"),
    Example("a percentage is no count (E68)", timeline=EARLIER + COVERED + "2024-02-05  lab  cd4-count 18 %", info=DUE,
            says=("CD4+ not read: 18 %",)),
    Example("a preliminary count decides nothing", timeline=EARLIER + COVERED + "2024-02-05  lab  cd4-count 300 /uL status=preliminary",
            info=DUE),
    Example("ordered already: told, and not suggested again", timeline=EARLIER + COVERED + "2024-02-05  order  cd4-count", info=DUE,
            says=("Ordered, not resulted",)),
    Example("no prophylaxis: its absence is the finding, not the count", timeline=EARLIER, silent="no active herpes prophylaxis"),
    Example("prophylaxis stopped", timeline=EARLIER + "2023-10-05  medication  antivirals-herpes code=197310 status=stopped", silent=True),
    Example("exposure only suspected", timeline="2021-02-01  medication  alemtuzumab-lemtrada 12 mg status=completed\n" + COVERED,
            silent="no confirmed or reported dose"),
    Example("Europe: one month exactly", as_of="2024-01-12", jurisdiction="EU", timeline=TREATED + COVERED, silent=True),
    Example("Europe: the day after one month", as_of="2024-01-13", jurisdiction="EU", timeline=TREATED + COVERED, info=DUE),
    Example("laboratory could not be read", timeline=EARLIER + COVERED, failed=("laboratory",), not_assessed=True),
    Example("orders could not be read", timeline=EARLIER, failed=("medicationRequests",), not_assessed=True),
)

RULE = Rule(
    id="cd4-check-due",
    title="CD4+ count due before prophylaxis stops",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="prophylaxis",
    source=Citation(us="2, Infections", evidence="label; monthly grace implementation choice", protocol="C.3 cd4-check-due, ruling 16"),
    to_find=(c.HERPES_ANTIVIRAL,),
    to_miss=(c.CD4,),
    to_soften=(c.ORDERS,),
    card="prophylaxis",
    overrides=OVERDUE_OVERRIDES,
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
