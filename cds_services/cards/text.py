"""
The detail of a card, in GitHub-flavoured Markdown: what was found, what it means, what to do, what could not be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cds_services.assess import SOURCE_WORDS
from cds_services.clinical.surveillance import due_lines
from cds_services.policy import Site, own_intervals
from cds_services.rule import Case, Finding, Rule
from cds_services.wording import all_escaped, escaped

Spoken = tuple[Rule, Finding]

OVERDUE_CARD = "monitoringOverdue"

FOOTER = "_Decision support: verify against the current label. Absence of a finding is never an all-clear._"


def detail_of(spoken: list[Spoken], folded: list[Spoken], case: Case, site: Site) -> str:
    """The detail of a card that speaks for these findings; folded ones are a list at its end."""
    parts = [_section(finding, titled=len(spoken) > 1) for _, finding in spoken]
    if folded:
        summaries = all_escaped([finding.summary for _, finding in folded])
        parts.append(_listed("Also", [f"{told} ({finding.indicator})" for told, (_, finding) in zip(summaries, folded, strict=True)]))
    due = due_lines(case) if spoken[0][0].card == OVERDUE_CARD else ()
    if due:
        parts.append(_listed("Due, not yet overdue", all_escaped(due)))
    unseen = _unseen([rule for rule, _ in (*spoken, *folded)], case)
    if unseen:
        parts.append(_listed("Could not be seen", all_escaped(unseen)))
    parts.append(_sources([rule for rule, _ in (*spoken, *folded)], site))
    return "\n\n".join(parts)


def _section(finding: Finding, *, titled: bool) -> str:
    summary, meaning, *lines = all_escaped((finding.summary, finding.meaning, *finding.found, *finding.advice))
    found, advice = lines[:len(finding.found)], lines[len(finding.found):]
    title = f"**{summary}** ({finding.indicator})" if titled else ""
    return "\n\n".join(filter(None, (title, _listed("Found", found), meaning, _listed("Do", advice))))


def _listed(title: str, lines: list[str]) -> str:
    """Lines under a title; nothing where there are none."""
    return f"**{title}**\n- " + "\n- ".join(lines) if lines else ""


def _unseen(rules: Iterable[Rule], case: Case) -> list[str]:
    """Sources of these rules that failed, were cut short, or do not exist in this EHR."""
    if not case.record.gaps and not case.record.not_held:
        return []
    concepts = [need for rule in rules for need in rule.needs]
    missing = [f"{SOURCE_WORDS.get(name, name)}: {case.record.sources[name].why or 'not read'}"
               for name in case.record.incomplete(concepts) if name in case.record.sources]
    asked = dict.fromkeys(source for concept in concepts for source in concept.sources)
    absent = [SOURCE_WORDS.get(name, name) for name in asked if name in case.record.not_held]
    return missing + ([f"not held by this EHR: {', '.join(absent)}"] if absent else [])


def _sources(rules: list[Rule], site: Site) -> str:
    """Label sections, evidence, review state and the rules' pages."""
    told = tuple((rule.id, rule.source.label(site.policy), rule.source.evidence, rule.review) for rule in rules)
    return f"{_source_line(told, site.base_url)}\n{_in_force(site)}{FOOTER}"


@lru_cache(maxsize=1000)  # nothing of a patient is in it
def _source_line(rules: tuple[tuple[str, str, str, str], ...], base_url: str) -> str:
    cited = "; ".join(dict.fromkeys(f"{label} ({evidence})" for _, label, evidence, _ in rules))
    pages = ", ".join(dict.fromkeys(f"[{name}]({base_url}/rules/{name})" for name, *_ in rules))
    reviews = "; ".join(dict.fromkeys(review for *_, review in rules))
    return f"Source: {escaped(cited)}. Rules: {pages} ({escaped(reviews)})."


def _in_force(site: Site) -> str:
    """Which policy judged, where it is not the default one."""
    changed = own_intervals(site.policy)
    if site.policy.jurisdiction == "US" and not changed:
        return ""
    own = f"; set by this site: {'; '.join(changed)}" if changed else ""
    return f"In force: jurisdiction {site.policy.jurisdiction}, time zone {escaped(str(site.zone))}{own}.\n"
