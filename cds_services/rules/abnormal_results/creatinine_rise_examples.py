"""Examples of creatinine-rise: boundary pairs, units, baseline, urine beside it, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
BEFORE = f"2023-02-20  lab  creatinine 1.0 mg/dL\n{DOSE}"
BLOOD = "\n2024-02-01  lab  urine-rbc-microscopy 10 /[HPF]"
TAIL = "after LEMTRADA: check for nephropathy"


def _now(number, name, extra="", **expected) -> Example:
    return Example(name, timeline=f"{BEFORE}2024-02-10  lab  creatinine {number} mg/dL{extra}", **expected)


def _risen(number, percent: int) -> str:
    return f"Creatinine {number} mg/dL, +{percent}% from baseline, {TAIL}"


EXAMPLES = (
    _now(1.29, "29 percent above baseline", silent="1.29 mg/dL on 2024-02-10 has not risen from its baseline"),
    _now(1.3, "exactly 30 percent and 0.3 mg/dL above baseline", warning=_risen(1.3, 30),
         suggests=("2160-0", "24356-8", "2890-2", "306286007")),
    _now(1.49, "49 percent above baseline", warning=_risen(1.49, 49)),
    _now(1.5, "exactly half as much again", critical=_risen(1.5, 50)),
    Example("a rise of 0.3 mg/dL, exact, though 27 percent", timeline=f"""2023-02-20  lab  creatinine 1.1 mg/dL
            {DOSE}2024-02-10  lab  creatinine 1.4 mg/dL""", warning=_risen(1.4, 27)),
    Example("a rise of 0.29 mg/dL and 26 percent", timeline=f"""2023-02-20  lab  creatinine 1.1 mg/dL
            {DOSE}2024-02-10  lab  creatinine 1.39 mg/dL""", silent=True),
    Example("30 percent of a low baseline", timeline=f"""2023-02-20  lab  creatinine 0.5 mg/dL
            {DOSE}2024-02-10  lab  creatinine 0.65 mg/dL""", warning=_risen(0.65, 30)),
    Example("29 percent of a low baseline", timeline=f"""2023-02-20  lab  creatinine 0.5 mg/dL
            {DOSE}2024-02-10  lab  creatinine 0.64 mg/dL""", silent=True),
    Example("both in umol/L: 26.5 above is a rise", timeline=f"""2023-02-20  lab  creatinine 100 umol/L code=14682-9
            {DOSE}2024-02-10  lab  creatinine 126.5 umol/L code=14682-9""", warning=_risen(1.43, 26)),
    Example("both in umol/L: 26.4 above is none", timeline=f"""2023-02-20  lab  creatinine 100 umol/L code=14682-9
            {DOSE}2024-02-10  lab  creatinine 126.4 umol/L code=14682-9""", silent=True),
    Example("88 umol/L before, 1.3 mg/dL now (E42)", timeline=f"""2023-02-20  lab  creatinine 88 umol/L code=14682-9
            {DOSE}2024-02-10  lab  creatinine 1.3 mg/dL""", warning=_risen(1.3, 31)),
    _now(1.3, "30 percent with hematuria within 30 days", BLOOD, critical=_risen(1.3, 30), says=("10 /",)),
    _now(1.29, "29 percent with hematuria", BLOOD, silent=True),
    Example("0.3 mg/dL but below 30 percent: hematuria does not make it critical", timeline=f"""2023-02-20  lab  creatinine 1.1 mg/dL
            {DOSE}2024-02-10  lab  creatinine 1.4 mg/dL{BLOOD}""", warning=_risen(1.4, 27)),
    _now(1.3, "30 percent with hematuria 30 days before", "\n2024-01-11  lab  urine-rbc-microscopy 10 /[HPF]", critical=_risen(1.3, 30)),
    _now(1.3, "30 percent with hematuria 31 days before", "\n2024-01-10  lab  urine-rbc-microscopy 10 /[HPF]", warning=_risen(1.3, 30)),
    _now(1.3, "30 percent with protein 1+ on the strip", "\n2024-02-10  lab  urine-protein-dipstick 1+", critical=_risen(1.3, 30)),
    _now(1.3, "30 percent with 201 mg/g of protein", "\n2024-02-10  lab  upcr 201 mg/g", critical=_risen(1.3, 30)),
    _now(1.3, "30 percent with proteinuria on record", "\n2024-02-05  condition  proteinuria", critical=_risen(1.3, 30)),
    _now(1.3, "hematuria that a newer urine no longer shows", f"{BLOOD}\n2024-02-09  lab  urine-rbc-microscopy 1 /[HPF]",
         warning=_risen(1.3, 30)),
    Example("the median of the year before is the baseline", timeline=f"""2022-03-07  lab  creatinine 0.8 mg/dL
            2022-09-01  lab  creatinine 1.0 mg/dL
            2023-02-20  lab  creatinine 1.6 mg/dL
            {DOSE}2024-02-10  lab  creatinine 1.3 mg/dL""", warning=_risen(1.3, 30), says=("median of 3 results",)),
    Example("without a result before, the lowest of the first 30 days", timeline=f"""{DOSE}2023-03-20  lab  creatinine 1.2 mg/dL
            2023-04-05  lab  creatinine 0.9 mg/dL
            2024-02-10  lab  creatinine 1.2 mg/dL""", warning=_risen(1.2, 33), says=("lowest of the first 30 days",)),
    Example("no baseline and above the laboratory's limit (E43)", timeline=f"{DOSE}2024-02-10  lab  creatinine 1.3 mg/dL high=1.2",
            warning=f"Creatinine 1.3 mg/dL, no baseline, {TAIL}", says=("No baseline",)),
    Example("no baseline and at the laboratory's limit", timeline=f"{DOSE}2024-02-10  lab  creatinine 1.2 mg/dL high=1.2", silent=True),
    Example("no baseline and no limit", timeline=f"{DOSE}2024-02-10  lab  creatinine 1.6 mg/dL", silent=True),
    _now("<1.6", "sent as below 1.6: it may have risen", warning=_risen("<1.6", 60), says=("comparator",)),
    _now(2.0, "a newer result clears it", "\n2024-02-11  lab  creatinine 1.1 mg/dL", silent=True),
    _now(2.0, "entered in error", " status=entered-in-error", silent=True),
    _now(1.4, "preliminary and not critical waits", " status=preliminary", silent=True),
    _now(1.6, "preliminary and critical speaks", " status=preliminary", critical=_risen(1.6, 60), says=("preliminary",)),
    _now(2.0, "of another patient", " patient=other", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{BEFORE}2024-02-10  lab  creatinine 2.0 mg/dL", silent=True),
    Example("seven years after the dose it still speaks", as_of="2030-02-12", timeline=f"{BEFORE}2030-02-10  lab  creatinine 1.4 mg/dL",
            warning=_risen(1.4, 40)),
    Example("before the first dose it is baseline", timeline="""2023-12-01  lab  creatinine 0.8 mg/dL
            2024-02-01  lab  creatinine 1.6 mg/dL
            2024-02-11  dose  alemtuzumab 12 mg""", silent=True),
    _now(1.5, "at signing of the next course", "\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", hook="order-sign",
         critical=_risen(1.5, 50), says=("Do not start",)),
    Example("laboratory could not be read", timeline=BEFORE, failed=("laboratory",), not_assessed=True),
    _now(1.4, "conditions could not be read: it still speaks", failed=("conditions",), warning=_risen(1.4, 40)),
)
