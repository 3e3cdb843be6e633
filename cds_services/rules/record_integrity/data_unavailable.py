"""
Records that could not be read: the safety check is incomplete.

Why it matters: an EHR that refuses or cuts short an answer must not look like a patient without problems.
Speaks for every rule that could not be judged: one card, critical at signing where a source of contraindications is hidden.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.assess import SOURCE_WORDS
from cds_services.record import PARTIAL, Source
from cds_services.rule import CRITICAL, EVERY_HOOK, RECORD, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent
from cds_services.wording import listed

HIDES_CONTRAINDICATIONS = (c.CONDITIONS, c.ALLERGIES, c.IMMUNIZATIONS, c.ADMINISTRATIONS)


def evaluate(case: Case) -> Outcome:
    sources = dict.fromkeys((*_exposure_sources(case), *(name for one in case.unassessed for name in one.sources)))
    unknown = () if case.viewing or case.exposure.dated else case.unknown_drugs
    internal = [one for one in case.unassessed if not one.sources]
    if not sources and not internal and not unknown:
        return Silent("every source that was needed could be read", settled=True)
    hidden = any(name in HIDES_CONTRAINDICATIONS for name in sources) or any("Administration" in one for one in unknown)
    names = [SOURCE_WORDS.get(name, name) for name in sources] + (["part of the check"] if internal else []) + (
        ["drug of a medication"] if unknown else [])
    return Finding(
        indicator=CRITICAL if case.signing and hidden else WARNING, settled=True,
        summary=listed(names, "Records could not be read (", "): safety check incomplete"),
        found=(*(_source_line(case, name) for name in sources), *(f"{one.title}: {one.why}" for one in internal),
               *(f"{one}: its drug could not be found out" for one in unknown[:5])),
        meaning="What could not be read is neither present nor absent." + _unjudged(case),
        advice=("Look in the record itself before relying on this check; tell the EHR's administrators if it happens again.",))


def _exposure_sources(case: Case) -> tuple[str, ...]:
    """Sources of exposure that failed: at patient-view administrations alone, at the order hooks all (rulings 11, 38, 45)."""
    asked = (c.ADMINISTRATIONS,) if case.viewing else c.ALEMTUZUMAB.sources
    return tuple(name for name in asked if not case.record.sources.get(name, Source(PARTIAL, "not sent")).complete)


def _source_line(case: Case, name: str) -> str:
    source = case.record.sources.get(name, Source(PARTIAL, "not sent"))
    how = "incomplete" if source.state == PARTIAL else "not read"
    return f"{SOURCE_WORDS.get(name, name)}: {how}{f' ({source.why})' if source.why else ''}"


def _unjudged(case: Case) -> str:
    titles = list(dict.fromkeys(one.title for one in case.unassessed))
    return f" Not judged: {'; '.join(titles)}." if titles else ""


DOSE = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n"

EXAMPLES = (
    Example("laboratory refused on the chart", timeline=DOSE, failed=("laboratory",),
            warning="Records could not be read (laboratory results): safety check incomplete"),
    Example("allergies refused while selecting", hook="order-select", timeline=DRAFT, failed=("allergies",),
            warning="Records could not be read (allergies): safety check incomplete"),
    Example("allergies refused at signing hide a contraindication (E75)", hook="order-sign", timeline=DRAFT, failed=("allergies",),
            critical="Records could not be read (allergies): safety check incomplete"),
    Example("medication dispenses refused at signing are a warning", hook="order-sign", timeline=DRAFT, failed=("medicationDispenses",),
            warning="Records could not be read (medication dispenses): safety check incomplete"),
    Example("medication administrations refused at signing", hook="order-sign", timeline=DRAFT, failed=("medicationAdministrations",),
            critical="Records could not be read (medication administrations): safety check incomplete"),
    Example("administrations refused on the chart, another source shows exposure",
            timeline="2023-03-06  statement  alemtuzumab-lemtrada status=completed", failed=("medicationAdministrations",),
            warning="Records could not be read (medication administrations): safety check incomplete"),
    Example("dispenses refused on the chart make no card (ruling 38)", timeline=DOSE, failed=("medicationDispenses",), silent=True),
    Example("everything answered, nothing found", hook="order-sign", timeline=DRAFT, silent=True),
)

RULE = Rule(
    id="data-unavailable",
    title="Records that could not be read",
    hooks=EVERY_HOOK,
    gate=RECORD,
    band="record",
    source=Citation(us="4, 5", eu="4.3, 4.4", evidence="implementation choice", protocol="C.0 missing or unreadable data, C.6"),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
