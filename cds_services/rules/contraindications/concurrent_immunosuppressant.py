"""
Immunosuppressant active beside alemtuzumab.

Why it matters: another antineoplastic, immunosuppressive or MS disease-modifying drug adds to the risk of infection.
Speaks when alemtuzumab is drafted and such a drug is active among the orders and statements.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import INFO, ORDER_HOOKS, PLANNED, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of
from cds_services.wording import listed


def evaluate(case: Case) -> Outcome:
    drugs = [one for one in case.active_drugs(c.IMMUNOSUPPRESSANT) if not one.of(c.ALEMTUZUMAB) and one.intent not in ("proposal", "plan")]
    if not drugs:
        return Silent("no other immunosuppressant found active")
    names = dict.fromkeys(one.name or "Immunosuppressant" for one in drugs)
    return Finding(
        indicator=INFO, summary=listed(names, after=" active: added immunosuppression with LEMTRADA"), evidence=evidence_of(*drugs),
        found=tuple(f"{one.name}: active ({one.kind}, {one.when or one.authored or 'no date'})" for one in drugs),
        meaning="Together with antineoplastic or immunosuppressive drugs the risk of infection may be higher.",
        advice=("Decide when the other drug ends and whether its effect has worn off before the first infusion.",))


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"
ATC = "http://www.whocc.no/atc"


def _says(names: str) -> str:
    return f"{names} active: added immunosuppression with LEMTRADA"


def _with(line: str, name: str, **more) -> Example:
    return Example(name, timeline=DRAFT + line, **more)


EXAMPLES = (
    _with(f"2024-01-01  medication  concurrent-immunosuppressant code=L04AX03 system={ATC} text=methotrexate", "methotrexate",
          info=_says("methotrexate")),
    _with("2024-01-01  statement  concurrent-immunosuppressant code=1012892", "fingolimod as a statement", info=_says("fingolimod")),
    _with("2024-01-01 medication concurrent-immunosuppressant code=1256\n2024-01-01 statement concurrent-immunosuppressant code=1012892",
          "two of them", info=_says("azathioprine, fingolimod")),
    _with(f"2024-02-01  medication  concurrent-immunosuppressant code=L04AG06 system={ATC} text=alemtuzumab", "alemtuzumab itself",
          silent="no other immunosuppressant found active"),
    _with("2024-02-01  medication  alemtuzumab-lemtrada", "an active LEMTRADA order", silent=True),
    _with("2024-01-01  medication  concurrent-immunosuppressant status=stopped", "stopped", silent=True),
    _with("2024-01-01  medication  concurrent-immunosuppressant start=2024-01-01 until=2024-02-11", "until yesterday", silent=True),
    _with("2024-01-01  medication  concurrent-immunosuppressant start=2024-01-01 until=2024-02-12", "until today",
          info=_says("azathioprine")),
    _with("2024-01-01  medication  concurrent-immunosuppressant intent=proposal", "a proposal alone", silent=True),
    _with("2024-01-01  medication  concurrent-immunosuppressant patient=other", "another patient's", silent=True),
    _with("2024-01-01  medication  corticosteroids", "a corticosteroid", silent=True),
    _with("", "medication orders could not be read", failed=("medicationRequests",), not_assessed=True),
)

RULE = Rule(
    id="concurrent-immunosuppressant",
    title="Immunosuppressant beside alemtuzumab",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="Infections", eu="4.4", protocol="C.1 concurrent-immunosuppressant; ruling 41"),
    to_find=(c.IMMUNOSUPPRESSANT,),
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
