"""Examples of proteinuria-upcr: boundary pairs, units, strip and albumin, doubling, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
BLOOD = "\n2024-02-01  lab  urine-rbc-microscopy 10 /[HPF]"
STRIP = "Protein on the urine strip (2024-02-10) after LEMTRADA: UPCR needed"
ALBUMIN = "Urine albumin:creatinine 301 mg/g (2024-02-10) after LEMTRADA: UPCR needed"


def _ratio(result, name, extra="", **expected) -> Example:
    return Example(name, timeline=f"{DOSE}2024-02-10  lab  upcr {result}{extra}", **expected)


def _told(number) -> str:
    return f"Urine protein:creatinine {number} mg/g (2024-02-10) after LEMTRADA"


def _seen(result, name, extra="", **expected) -> Example:
    return Example(name, timeline=f"{DOSE}2024-02-10  lab  {result}{extra}", **expected)


EXAMPLES = (
    _ratio("200 mg/g", "exactly 200 mg/g", silent="no protein in the urine that calls for action"),
    _ratio("201 mg/g", "201 mg/g", warning=_told(201), suggests=("2160-0", "24356-8", "306286007")),
    _ratio("1000 mg/g", "exactly 1000 mg/g", warning=_told(1000)),
    _ratio("1001 mg/g", "1001 mg/g", critical=_told(1001)),
    _ratio("0.25 g/g", "0.25 g/g are 250 mg/g (E45)", warning=_told(250)),
    _ratio("28.3 mg/mmol", "28.3 mg/mmol are 250 mg/g (E45)", warning=_told(250.17)),
    _ratio("22.6 mg/mmol", "22.6 mg/mmol are 199.8 mg/g", silent=True),
    _ratio("0.25 {ratio}", "a ratio without mass units is mg/mg", warning=_told(250)),
    _ratio("250 {ratio}", "a ratio of 250 without mass units cannot be read", silent=True),
    _ratio(">1000 mg/g", "sent as more than 1000", critical=_told(">1000")),
    _ratio("<300 mg/g", "sent as less than 300: it may be above 200", warning=_told("<300"), says=("comparator",)),
    _ratio("240 mg/g", "doubled, with hematuria", f"\n2023-12-01  lab  upcr 120 mg/g{BLOOD}", critical=_told(240), says=("Before",)),
    _ratio("239 mg/g", "not quite doubled, with hematuria", f"\n2023-12-01  lab  upcr 120 mg/g{BLOOD}", warning=_told(239)),
    _ratio("240 mg/g", "doubled, without hematuria", "\n2023-12-01  lab  upcr 120 mg/g", warning=_told(240)),
    _ratio("240 mg/g", "doubled, with a trace on the strip", warning=_told(240),
           extra="\n2023-12-01  lab  upcr 120 mg/g\n2024-02-01  lab  urine-blood-dipstick trace"),
    _ratio("180 mg/g", "doubled below 200, with hematuria", f"\n2023-12-01  lab  upcr 60 mg/g{BLOOD}", silent=True),
    _ratio("900 mg/g", "a newer ratio clears it", "\n2024-02-11  lab  upcr 90 mg/g", silent=True),
    _seen("urine-protein-dipstick 1+", "strip 1+ without a ratio since", warning=STRIP, suggests=("2890-2",)),
    _seen("urine-protein-dipstick trace", "a trace on the strip", silent=True),
    _seen("urine-protein-dipstick 30 mg/dL", "strip of 30 mg/dL", warning=STRIP),
    _seen("urine-protein-dipstick 29 mg/dL", "strip of 29 mg/dL", silent=True),
    _seen("urine-protein-dipstick 0.3 g/L", "strip of 0.3 g/L is 30 mg/dL", warning=STRIP),
    _seen("urine-protein-dipstick 2+", "strip and a normal ratio of the same day", "\n2024-02-10  lab  upcr 120 mg/g", silent=True),
    _seen("urine-protein-dipstick 2+", "a normal ratio from the day before the strip", "\n2024-02-09  lab  upcr 120 mg/g", warning=STRIP),
    _seen("urine-protein-dipstick 2+", "a ratio that is preliminary is not done", "\n2024-02-11  lab  upcr 120 mg/g status=preliminary",
          warning=STRIP),
    _seen("urine-protein-dipstick 2+", "a newer strip clears it", "\n2024-02-11  lab  urine-protein-dipstick negative", silent=True),
    _seen("urine-protein-dipstick 2+", "a ratio already ordered lowers it one step", "\n2024-02-09  order  upcr", info=STRIP,
          says=("Ordered, not resulted",)),
    _seen("uacr 300 mg/g", "albumin:creatinine of exactly 300", silent=True),
    _seen("uacr 301 mg/g", "albumin:creatinine of 301 (E46)", warning=ALBUMIN, says=("is no protein:creatinine ratio",),
          suggests=("2890-2",)),
    _seen("uacr 301 mg/g", "a ratio of protein since albumin", "\n2024-02-10  lab  upcr 120 mg/g", silent=True),
    _seen("upcr 301 mg/g text=Albumin/Creatinine_ratio", "albumin filed under the code of protein (E46)", warning=ALBUMIN),
    _seen("upcr 250 mg/g text=Albumin/Creatinine_ratio", "albumin of 250 filed under the code of protein (E46)", silent=True),
    _ratio("500 mg/g", "in pregnancy", "\n2024-01-10  condition  pregnancy", warning=_told(500), says=("Pregnancy is on record",)),
    _ratio("900 mg/g", "entered in error", " status=entered-in-error", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSE}2024-02-10  lab  upcr 900 mg/g", silent=True),
    Example("before the first dose it is baseline", timeline="""2024-02-10  lab  upcr 900 mg/g
            2024-02-11  dose  alemtuzumab 12 mg""", silent=True),
    _ratio("1200 mg/g", "at signing of the next course", "\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", hook="order-sign",
           critical=_told(1200)),
    Example("laboratory could not be read", timeline=DOSE, failed=("laboratory",), not_assessed=True),
)
