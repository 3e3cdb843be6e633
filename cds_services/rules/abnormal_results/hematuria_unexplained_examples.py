"""Examples of hematuria-unexplained: boundary pairs, microscopy and strip, explanations, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
BLOOD = f"{DOSE}2024-02-10  lab  urine-rbc-microscopy 10 /[HPF]\n"
FOUND = "Unexplained hematuria (2024-02-10) after LEMTRADA: check for anti-GBM nephropathy"
EXPLAINED = "Hematuria (2024-02-10) after LEMTRADA, possibly explained: repeat urinalysis in 1-2 weeks"
TRACE = "Trace of blood in urine (2024-02-10) after LEMTRADA: repeat with microscopy"


def _seen(result, name, **expected) -> Example:
    return Example(name, timeline=f"{DOSE}2024-02-10  lab  {result}", **expected)


def _explained(line, name, **expected) -> Example:
    return Example(name, timeline=BLOOD + line, **expected)


def _last_period(day: str) -> dict:
    return {"resourceType": "Observation", "id": "period", "status": "final", "subject": {"reference": "Patient/example"},
            "category": [{"coding": [{"code": "social-history"}]}], "code": {"coding": [{"system": "http://loinc.org", "code": "8665-2"}]},
            "effectiveDateTime": "2024-02-11", "valueDateTime": day}


def _culture(answer: str, day: str = "2024-02-08") -> str:
    return f"{day}  lab  urine-culture {answer}"


EXAMPLES = (
    _seen("urine-rbc-microscopy 2 /[HPF]", "2 red cells a field", silent="2024-02-10: no blood in the urine"),
    _seen("urine-rbc-microscopy 3 /[HPF]", "3 red cells a field", warning=FOUND, suggests=("24356-8", "2160-0", "57021-8", "14979-9")),
    _seen("urine-rbc-microscopy >182 /[HPF]", "more than 182 red cells a field", warning=FOUND),
    _seen("urine-rbc-microscopy <5 /HPF", "fewer than 5 may be 3", warning=FOUND, says=("comparator",)),
    _seen("urine-rbc-microscopy 20 /uL code=30391-7", "20 red cells a microlitre", silent=True),
    _seen("urine-rbc-microscopy 21 /uL code=30391-7", "21 red cells a microlitre", warning=FOUND),
    _seen("urine-rbc-microscopy 21 10*6/L code=30391-7", "21 million a litre is the same", warning=FOUND),
    _seen("urine-rbc-microscopy 12 /uL code=30391-7 high=10", "above the laboratory's own limit", warning=FOUND),
    _seen("urine-rbc-microscopy 10 /uL code=30391-7 high=10", "at the laboratory's own limit", silent=True),
    _seen("urine-rbc-microscopy 5", "no unit: never judged here", silent=True),
    _seen("urine-blood-dipstick 1+", "strip 1+", warning=FOUND),
    _seen("urine-blood-dipstick positive", "strip positive without a score", warning=FOUND),
    _seen("urine-blood-dipstick trace", "a trace on the strip", info=TRACE, suggests=("24356-8",)),
    _seen("urine-blood-dipstick Trace-intact", "a trace as American strips say it", info=TRACE),
    _seen("urine-blood-dipstick negative", "strip negative", silent=True),
    Example("microscopy and strip of one day: the worse decides", timeline=f"{BLOOD}2024-02-10  lab  urine-blood-dipstick negative",
            warning=FOUND),
    Example("a newer strip without blood decides over older microscopy", timeline=f"{BLOOD}2024-02-11  lab  urine-blood-dipstick negative",
            silent=True),
    Example("newer microscopy without blood decides over an older strip", timeline=f"""{DOSE}
            2024-02-09  lab  urine-blood-dipstick 2+
            2024-02-10  lab  urine-rbc-microscopy 1 /[HPF]""", silent=True),
    _explained("2024-02-07  condition  urinary-tract-infection", "a urinary infection lowers and never removes", info=EXPLAINED,
               says=("Possible explanation",)),
    _explained("2024-01-29  condition  urinary-tract-infection", "a urinary infection 14 days ago explains", info=EXPLAINED),
    _explained("2024-01-28  condition  urinary-tract-infection", "a urinary infection 15 days ago does not", warning=FOUND),
    _explained("2024-02-07  condition  urinary-tract-infection clinical=resolved", "a urinary infection just resolved explains",
               info=EXPLAINED),
    _explained("2024-02-07  condition  urinary-tract-infection verification=provisional", "a suspected urinary infection does not",
               warning=FOUND),
    _explained("2024-02-07  condition  urinary-tract-infection verification=refuted", "a refuted urinary infection does not",
               warning=FOUND),
    _explained("2024  condition  urinary-tract-infection", "a urinary infection of which the year alone is known does not", warning=FOUND),
    _explained(_culture("Escherichia_coli"), "a culture that names a germ explains", info=EXPLAINED),
    _explained(_culture("positive", "2024-01-28"), "a positive culture 15 days ago does not", warning=FOUND),
    _explained(_culture("No_growth"), "a culture without growth does not", warning=FOUND),
    _explained("2024-02-05  condition  menstruation code=N94.6", "menstruation 7 days ago explains (E44)",
               info=EXPLAINED),
    _explained("2024-02-04  condition  menstruation", "menstruation 8 days ago does not", warning=FOUND),
    Example("last menstrual period 7 days ago", timeline=BLOOD, resources=(_last_period("2024-02-05"),), info=EXPLAINED),
    Example("last menstrual period 8 days ago", timeline=BLOOD, resources=(_last_period("2024-02-04"),), warning=FOUND),
    _explained("2024-01-29  procedure  urinary-catheter-or-urological-procedure", "a catheter or cystoscopy 14 days ago explains",
               info=EXPLAINED),
    _explained("2024-01-28  procedure  urinary-catheter-or-urological-procedure", "a catheter or cystoscopy 15 days ago does not",
               warning=FOUND),
    _explained("2024-02-08  procedure  urinary-catheter-or-urological-procedure status=entered-in-error",
               "a procedure entered in error does not", warning=FOUND),
    _explained("2022-05-01  condition  urinary-catheter-or-urological-procedure code=Z96.0", "a catheter that stays explains",
               info=EXPLAINED),
    Example("ignored when creatinine has risen (E44)", timeline=f"""2023-02-20  lab  creatinine 1.0 mg/dL
            {BLOOD}2024-02-10  lab  creatinine 1.4 mg/dL
            2024-02-05  condition  menstruation""", warning=FOUND, says=("Creatinine has risen",)),
    Example("coded hematuria alone is judged elsewhere", timeline=f"{DOSE}2024-02-10  condition  hematuria", silent=True),
    Example("entered in error", timeline=f"{DOSE}2024-02-10  lab  urine-rbc-microscopy 10 /[HPF] status=entered-in-error", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=BLOOD, silent=True),
    Example("before the first dose it is baseline", timeline="""2024-02-10  lab  urine-rbc-microscopy 10 /[HPF]
            2024-02-11  dose  alemtuzumab 12 mg""", silent=True),
    Example("at signing of the next course", hook="order-sign", timeline=f"{BLOOD}2024-02-12  draft  alemtuzumab-lemtrada 12 mg",
            warning=FOUND),
    Example("laboratory could not be read", timeline=DOSE, failed=("laboratory",), not_assessed=True),
    _explained("2024-02-07  condition  urinary-tract-infection", "explanations could not be read: it speaks without them",
               failed=("conditions",), warning=FOUND),
)
