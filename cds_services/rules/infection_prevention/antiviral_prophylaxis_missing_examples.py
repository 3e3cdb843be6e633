"""Examples of antiviral-prophylaxis-missing: months AND count, what covers and what does not, drafts, allergy, missing data."""

from __future__ import annotations

from cds_services.rule import Example

SUMMARY = "Herpes prophylaxis not found; continue 2 months AND until CD4+ >=200/uL"
EUROPEAN = "Herpes prophylaxis not found; continue 1 month AND until CD4+ >=200/uL"
TREATED = "2023-12-12  dose  alemtuzumab-lemtrada 12 mg\n"
EARLIER = "2023-11-10  dose  alemtuzumab-lemtrada 12 mg\n"
ORDER = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg start=2024-02-19 days=5\n"
CAPSULE = "antivirals-herpes code=197310"


def _viewed(name: str, facts: str = "", **expected) -> Example:
    return Example(name, timeline=TREATED + facts, **expected)


def _after(name: str, facts: str = "", **expected) -> Example:
    """Three months after the last dose."""
    return Example(name, timeline=EARLIER + facts, **expected)


def _signed(name: str, facts: str = "", **expected) -> Example:
    return Example(name, hook="order-sign", timeline=ORDER + facts, **expected)


MONTHS_AND_COUNT = (
    _viewed("exactly two months: the day itself still counts, though CD4+ is 210", "2024-01-16  lab  cd4-count 210 /uL", warning=SUMMARY,
            suggests=("197310",), says=("2 months after it: 2024-02-12",)),
    Example("the day after two months with CD4+ of 200", as_of="2024-02-13", timeline=TREATED + "2024-01-16  lab  cd4-count 200 /uL",
            silent="CD4+ 200/uL on 2024-01-16, and the months after the last dose have passed"),
    _after("three months on with CD4+ of 199", "2024-02-05  lab  cd4-count 199 /uL", warning=SUMMARY, suggests=("197310",)),
    _after("three months on with CD4+ of 200", "2024-02-05  lab  cd4-count 200 /uL", silent=True),
    _after("three months on, CD4+ unknown (E67)", warning=SUMMARY, suggests=("24467-3",), says=("CD4 needed before stopping",)),
    _after("CD4+ recovered and then fell: the newest decides (E67)", """
           2023-12-15  lab  cd4-count 210 /uL
           2024-02-05  lab  cd4-count 150 /uL""", warning=SUMMARY),
    _after("two counts of one day: the lower decides", """
           2024-02-05  lab  cd4-count 250 /uL
           2024-02-05  lab  cd4-count 190 /uL""", warning=SUMMARY),
    _after("CD4+ from before the last dose is no recovery", "2023-11-01  lab  cd4-count 700 /uL", warning=SUMMARY),
    _after("CD4+ of the day of the last dose is no recovery", "2023-11-10  lab  cd4-count 700 /uL", warning=SUMMARY),
    _after("0.21 in 10*9/L is 210 (E68)", "2024-02-05  lab  cd4-count 0.21 10*9/L", silent=True),
    _after("a percentage is no count (E68)", "2024-02-05  lab  cd4-count 18 %", warning=SUMMARY, says=("CD4+ not read: 18 %",)),
    _after("the percentage's own code is no count (E68)", "2024-02-05  lab  cd4-percent-do-not-use-as-count 38 %", warning=SUMMARY),
    _after("below 250 by comparator: recovery is not certain", "2024-02-05  lab  cd4-count <250 /uL", warning=SUMMARY),
    _after("preliminary recovery does not clear it", "2024-02-05  lab  cd4-count 400 /uL status=preliminary", warning=SUMMARY),
    _after("a count entered in error", "2024-02-05  lab  cd4-count 400 /uL status=entered-in-error", warning=SUMMARY),
    Example("exactly 24 months without any count", as_of="2024-02-12", timeline="2022-02-12  dose  alemtuzumab-lemtrada 12 mg",
            warning=SUMMARY),
    Example("more than 24 months without any count", as_of="2024-02-13", timeline="2022-02-12  dose  alemtuzumab-lemtrada 12 mg",
            info=SUMMARY, suggests=("24467-3",)),
    Example("more than 24 months with a low count", as_of="2024-02-13", timeline="""
            2022-02-12  dose  alemtuzumab-lemtrada 12 mg
            2024-01-20  lab   cd4-count 180 /uL""", warning=SUMMARY),
    Example("last dose known to the month: its latest day counts", as_of="2024-02-29", timeline="""
            2023-12     dose  alemtuzumab-lemtrada 12 mg
            2024-01-20  lab   cd4-count 320 /uL""", warning=SUMMARY),
    Example("last dose known to the month: two months after its latest day have passed", as_of="2024-03-01", timeline="""
            2023-12     dose  alemtuzumab-lemtrada 12 mg
            2024-01-20  lab   cd4-count 320 /uL""", silent=True),
    Example("during the course", as_of="2024-02-12", timeline="2024-02-12  dose  alemtuzumab-lemtrada 12 mg status=in-progress",
            warning=SUMMARY),
)

COVER = (
    _viewed("active capsules", f"2023-12-05  medication  {CAPSULE}", silent="acyclovir 200 MG Oral Capsule is active"),
    _viewed("a statement counts", f"2023-12-05  statement  {CAPSULE}", silent=True),
    _viewed("stopped in week three, CD4+ recovered (E67)", f"""
            2023-12-05  medication  {CAPSULE} status=stopped
            2024-01-16  lab  cd4-count 210 /uL""", warning=SUMMARY, says=("status stopped, does not count",)),
    _viewed("on hold", f"2023-12-05  medication  {CAPSULE} status=on-hold", warning=SUMMARY),
    _viewed("ended yesterday", f"2023-12-05  medication  {CAPSULE} until=2024-02-11", warning=SUMMARY, says=("ended 2024-02-11",)),
    _viewed("ends today: the day itself still counts", f"2023-12-05  medication  {CAPSULE} until=2024-02-12", silent=True),
    _viewed("begins tomorrow", f"2024-02-12  medication  {CAPSULE} start=2024-02-13", warning=SUMMARY),
    _viewed("ointment only (E66)", "2023-12-05  medication  antivirals-topical-not-prophylaxis", warning=SUMMARY,
            says=("not systemic, does not count",)),
    _viewed("the ingredient, given to the eye", "2023-12-05  medication  antivirals-herpes route=Ophthalmic_route", warning=SUMMARY),
    _viewed("capsules taken per os", f"2023-12-05  medication  {CAPSULE} route=per_os", silent=True),
    _viewed("intravenous treatment counts while it lasts", "2024-02-10  medication  antivirals-herpes route=Intravenous", silent=True),
    _viewed("another patient's capsules", f"2023-12-05  medication  {CAPSULE} patient=other", warning=SUMMARY),
    _viewed("acyclovir allergy: told, and no acyclovir suggested", "2020-01-01  allergy  antivirals-herpes", warning=SUMMARY,
            says=("on record as an allergy",)),
)

SIGNING = (
    Example("CAMPATH signed for leukemia is out of scope", hook="order-sign", silent="CAMPATH for leukemia is out of scope",
            timeline="2020-01-01  condition  chronic-lymphocytic-leukemia\n2024-02-12  draft  alemtuzumab-campath 30 mg"),
    _signed("nothing drafted", warning=SUMMARY, suggests=("197310",)),
    _signed("a draft without timing covers the course", f"2024-02-12  draft  {CAPSULE} 200 mg",
            silent="acyclovir 200 MG Oral Capsule covers 2024-02-19"),
    _signed("active capsules without end", f"2024-01-12  medication  {CAPSULE}", silent=True),
    _signed("active capsules that end before the course", f"2024-01-12  medication  {CAPSULE} until=2024-02-18", warning=SUMMARY),
    _signed("active capsules that end on the first infusion day", f"2024-01-12  medication  {CAPSULE} until=2024-02-19", silent=True),
    _signed("a draft that begins after the first infusion day", f"2024-02-12  draft  {CAPSULE} 200 mg start=2024-02-20", warning=SUMMARY),
    Example("start not given", hook="order-sign", timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg", warning=SUMMARY,
            says=("Start date not given, today assumed",)),
    _signed("ointment drafted", "2024-02-12  draft  antivirals-topical-not-prophylaxis", warning=SUMMARY,
            says=("not systemic, does not count",)),
)

OTHERS = (
    _after("Europe: one month, then the count decides", "2024-02-05  lab  cd4-count 150 /uL", jurisdiction="EU", warning=EUROPEAN),
    Example("Europe: exactly one month, CD4+ recovered", as_of="2024-01-12", timeline=TREATED + "2024-01-10  lab  cd4-count 300 /uL",
            jurisdiction="EU", warning=EUROPEAN),
    Example("Europe: the day after one month, CD4+ recovered", as_of="2024-01-13", timeline=TREATED + "2024-01-10  lab  cd4-count 300 /uL",
            jurisdiction="EU", silent=True),
    Example("strictest: two months", as_of="2024-01-13", timeline=TREATED + "2024-01-10  lab  cd4-count 300 /uL", jurisdiction="strictest",
            warning=SUMMARY),
    Example("an infusion that was ordered and not given", timeline="2024-02-01  medication  alemtuzumab-lemtrada 12 mg", silent=True),
    Example("exposure only suspected", timeline="2021-02-01  medication  alemtuzumab-lemtrada 12 mg status=completed",
            silent="no confirmed or reported dose"),
    _viewed("orders could not be read", failed=("medicationRequests",), not_assessed=True),
    _viewed("active capsules, laboratory could not be read", f"2023-12-05  medication  {CAPSULE}", failed=("laboratory",), silent=True),
    _viewed("within two months the count is not needed, though the laboratory could not be read", failed=("laboratory",), warning=SUMMARY),
    _after("after two months the count is needed, and the laboratory could not be read", failed=("laboratory",), not_assessed=True),
)

EXAMPLES = (*MONTHS_AND_COUNT, *COVER, *SIGNING, *OTHERS)
