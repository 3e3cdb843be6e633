"""Examples of autoimmune-condition-new: onset against the first dose, value sets, names, statuses, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSES = "2023-03-06T09:00  dose  alemtuzumab 12 mg\n2023-03-07T09:00  dose  alemtuzumab 12 mg\n"
GRAVES = "New autoimmune condition after LEMTRADA: Graves' disease"


def _new(line, name, told=None, **expected) -> Example:
    said = {"warning": f"New autoimmune condition after LEMTRADA: {told}"} if told else {}
    return Example(name, timeline=DOSES + line, **said, **expected)


EXAMPLES = (
    _new("2023-03-07  condition  autoimmune-thyroid", "onset on the day after the first dose", warning=GRAVES,
         says=("reconsider",)),
    _new("2023-03-06  condition  autoimmune-thyroid", "onset on the day of the first dose", silent=True),
    _new("2023-03-06T15:00  condition  autoimmune-thyroid", "onset on that day, and later by the clock", warning=GRAVES),
    _new("2023-03-05  condition  autoimmune-thyroid", "onset before the first dose",
         silent="no autoimmune condition with onset after the first dose"),
    _new("2023-03-05  condition  autoimmune-thyroid recorded=2023-06-01", "onset before the first dose, recorded after it", silent=True),
    _new("2023-03  condition  autoimmune-thyroid", "onset in the month of the first dose, day not known", warning=GRAVES),
    _new("2023  condition  autoimmune-thyroid", "onset in the year of the first dose", warning=GRAVES),
    _new("2022  condition  autoimmune-thyroid", "onset in the year before", silent=True),
    _new("-  condition  autoimmune-thyroid recorded=2023-06-01", "no onset, recorded after the first dose", warning=GRAVES),
    _new("-  condition  autoimmune-thyroid", "no date at all is taken as after the first dose", warning=GRAVES,
         says=("no date on record",)),
    _new("2023-09-01  condition  itp", "immune thrombocytopenia", "Immune thrombocytopenia"),
    _new("2023-09-01  condition  anti-gbm-glomerular", "anti-GBM disease", "Goodpasture's syndrome"),
    _new("2023-09-01  condition  ttp", "thrombotic thrombocytopenic purpura", "Thrombotic thrombocytopenic purpura"),
    _new("2023-09-01  condition  acquired-hemophilia", "acquired hemophilia A", "Acquired hemophilia"),
    _new("2023-09-01  condition  autoimmune-hepatitis", "autoimmune hepatitis", "Autoimmune hepatitis (disorder)"),
    _new("2023-09-01  condition  - text=Autoimmune_hepatitis", "autoimmune hepatitis by name alone", "Autoimmune hepatitis"),
    _new("2023-09-01  condition  - text=Adult-onset_Still's_disease", "adult-onset Still's disease by name alone",
         "Adult-onset Still's disease"),
    _new("2023-09-01  condition  - text=Autoimmune_encephalitis", "autoimmune encephalitis by name alone", "Autoimmune encephalitis"),
    _new("2023-09-01  condition  encephalitis code=G04.81 text=Autoimmune_encephalitis", "autoimmune encephalitis by code",
         "Autoimmune encephalitis"),
    _new("2023-09-01  condition  encephalitis code=A85.0 system=http://hl7.org/fhir/sid/icd-10-cm text=Enteroviral_encephalitis",
         "viral encephalitis is not autoimmune", silent=True),
    _new("2023-09-01  condition  - text=Family_history_of_autoimmune_hepatitis", "family history is none of hers", silent=True),
    _new("2023-09-01  condition  colitis", "colitis", "Colitis (disorder)"),
    _new("-  condition  colitis", "colitis without a date does not count", silent=True),
    _new("2023-09-01  condition  other-autoimmune-eu", "another autoimmune disease", "Rheumatoid arthritis (disorder)"),
    _new("2023-09-01  condition  thyroid-disorder", "a thyroid disorder that is not called autoimmune", silent=True),
    _new("2023-09-01  condition  itp\n2023-10-01  condition  autoimmune-thyroid", "one card lists all",
         "Immune thrombocytopenia, Graves' disease"),
    _new("2023-09-01  condition  autoimmune-thyroid clinical=resolved", "resolved still weighs in a further course", warning=GRAVES,
         says=("resolved",)),
    _new("2023-09-01  condition  autoimmune-thyroid verification=provisional", "provisional is told as such", warning=GRAVES,
         says=("provisional",)),
    _new("2023-09-01  condition  autoimmune-thyroid verification=refuted", "refuted", silent=True),
    _new("2023-09-01  condition  autoimmune-thyroid verification=entered-in-error", "entered in error", silent=True),
    _new("2023-09-01  condition  autoimmune-thyroid patient=other", "of another patient", silent=True),
    _new("2023-09-01  condition  autoimmune-thyroid\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", "when the next course is selected",
         hook="order-select", warning=GRAVES),
    _new("2023-09-01  condition  autoimmune-thyroid\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", "at signing of the next course",
         hook="order-sign", warning=GRAVES),
    Example("suspected exposure counts from its date", timeline="""2022-05-01  medication  alemtuzumab-lemtrada status=completed
            2023-09-01  condition  autoimmune-thyroid""", warning=GRAVES),
    Example("conditions could not be read", timeline=DOSES, failed=("conditions",), not_assessed=True),
)
