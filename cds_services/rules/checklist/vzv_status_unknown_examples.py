"""Examples of vzv-status-unknown: antibodies, doses of vaccine, history, and that no live vaccine is ever suggested."""

from __future__ import annotations

from cds_services.rule import Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Varicella immunity not documented before LEMTRADA"
NEGATIVE = "2024-02-01  lab  vzv-igg negative\n"
DOSE = "{}  immunization  varicella-vaccine code=21\n"


def _drafted(name: str, *lines: str, **more) -> Example:
    return Example(name, timeline=DRAFT + "\n".join(lines), **more)


EXAMPLES = (
    _drafted("nothing on record", warning=SUMMARY, suggests=("15410-4",)),
    _drafted("a positive antibody, however old", "2009-02-01  lab  vzv-igg positive",
             silent="varicella zoster IgG positive on 2009-02-01"),
    _drafted("once positive, later negative", "2009-02-01  lab  vzv-igg positive", NEGATIVE, silent=True),
    _drafted("a negative antibody: no live vaccine is suggested (E65)", NEGATIVE, warning=SUMMARY, says=("wait at least 6 weeks",)),
    _drafted("a negative antibody after an earlier course", NEGATIVE, "2023-01-10  dose  alemtuzumab-lemtrada 12 mg", warning=SUMMARY,
             says=("no live vaccine is to be given now",)),
    _drafted("an equivocal antibody", "2024-02-01  lab  vzv-igg equivocal", warning=SUMMARY, says=("Not decisive",), suggests=("15410-4",)),
    _drafted("a preliminary antibody", "2024-02-01  lab  vzv-igg positive status=preliminary", warning=SUMMARY),
    _drafted("a number without interpretation", "2024-02-01  lab  vzv-igg 1200 m[IU]/mL code=5403-1", warning=SUMMARY),
    _drafted("a number that the laboratory calls positive", "2024-02-01  lab  vzv-igg 1200 m[IU]/mL code=5403-1 interpretation=POS",
             silent=True),
    _drafted("two doses of vaccine", DOSE.format("2015-03-01"), DOSE.format("2015-06-01"),
             silent="2 doses of varicella vaccine on record"),
    _drafted("one dose of vaccine", DOSE.format("2015-03-01"), warning=SUMMARY, says=("one dose",)),
    _drafted("the same dose recorded twice", DOSE.format("2015-03-01"), DOSE.format("2015-03-01"), warning=SUMMARY),
    _drafted("a second dose that was not given", DOSE.format("2015-03-01"), "2015-06-01  immunization  varicella-vaccine status=not-done",
             warning=SUMMARY),
    _drafted("two doses in spite of a negative antibody", DOSE.format("2015-03-01"), DOSE.format("2015-06-01"), NEGATIVE, silent=True),
    _drafted("chickenpox on record, resolved", "1990-01-01  condition  varicella-zoster-history clinical=resolved", silent=True),
    _drafted("chickenpox refuted", "1990-01-01  condition  varicella-zoster-history verification=refuted", warning=SUMMARY),
    _drafted("chickenpox only suspected", "1990-01-01  condition  varicella-zoster-history verification=provisional", warning=SUMMARY),
    _drafted("the antibody is ordered: one step lower", "2024-02-10  order  vzv-igg", info=SUMMARY, says=("Ordered, not resulted",)),
    _drafted("another patient's antibody", "2009-02-01  lab  vzv-igg positive patient=other", warning=SUMMARY),
    _drafted("immunizations could not be read", failed=("immunizations",), not_assessed=True),
    _drafted("immunizations refused, the antibody is positive", "2009-02-01  lab  vzv-igg positive", failed=("immunizations",),
             silent=True),
)
