"""
What ``assess`` prints: exposure, cards, and every rule's verdict, as tables for people or as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds_services.explain import NOT_ASKED, NOT_JUDGED, SILENT, SPOKE, Explained, explain
from cds_services.exposure import Exposure
from cds_services.hooks import to_json
from cds_services.policy import own_intervals

if TYPE_CHECKING:
    from app.assess_command import Assessed

Json = dict[str, Any]

COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}
ORDER = (SPOKE, NOT_JUDGED, SILENT, NOT_ASKED)


# ---- JSON -------------------------------------------------------------------------------------------------------------

def as_json(assessed: Assessed, explained: bool) -> Json:
    """The assessment as JSON; `rules` only where an explanation is asked for."""
    site, reply = assessed.site, assessed.reply
    told: Json = {
        "patient": assessed.request.patient_id, "hook": assessed.request.hook,
        "asOf": assessed.now.astimezone(site.zone).isoformat(timespec="seconds"),
        "jurisdiction": site.policy.jurisdiction, "timeZone": str(site.zone), "siteIntervals": list(own_intervals(site.policy)),
        "exposure": _exposure(assessed), "notEvaluated": reply.log.get("skipped"),
        "cards": [json.loads(to_json(card)) for card in reply.cards],
    }
    if reply.case is not None:
        told["unreadable"] = [{"reference": one.reference, "name": one.name, "sent": one.sent, "date": str(one.when) if one.when else None,
                               "reason": one.reason} for one in reply.case.record.unreadable]
    if explained:
        told["rules"] = [_verdict(one) for one in verdicts(assessed)]
    return told


def _exposure(assessed: Assessed) -> Json | None:
    """What is known of the treatment; None where nothing was evaluated so far."""
    case = assessed.reply.case
    if case is None:
        return None
    known = case.exposure
    courses = [{"number": one.number, "firstDay": str(one.first_day), "lastDay": str(one.last_day), "days": [str(day) for day in one.days],
                "expectedDays": one.expected_days} for one in known.courses]
    return {
        "evidence": known.level or None, "product": known.product or None, "courses": courses, "firstDose": _text(known.first_dose),
        "lastDose": _text(known.last_dose), "surveillanceUntil": _text(known.window_end),
        "underSurveillance": known.under_surveillance(case.today),
    }


def _text(day: Any) -> str | None:
    return str(day) if day else None


def _verdict(one: Explained) -> Json:
    return {"rule": one.rule.id, "verdict": one.verdict, "indicator": one.indicator or None, "why": one.why, "found": list(one.found),
            "evidence": list(one.evidence)}


def verdicts(assessed: Assessed) -> list[Explained]:
    """Every rule's verdict: those that spoke first, those that were not asked last."""
    found = explain(assessed.reply, assessed.request.hook, assessed.site)
    return sorted(found, key=lambda one: ORDER.index(one.verdict))


# ---- tables -----------------------------------------------------------------------------------------------------------

def show(assessed: Assessed, explained: bool) -> None:
    """Print the assessment."""
    console = Console(highlight=False)
    _show_head(console, assessed)
    _show_exposure(console, assessed)
    for card in assessed.reply.cards:
        console.print(_panel(json.loads(to_json(card))))
    if not assessed.reply.cards:
        skipped = assessed.reply.log.get("skipped")
        console.print(f"No card: {skipped}." if skipped else "No card: no rule spoke. That is not an all-clear.", markup=False)
    if explained:
        console.print(_rules_table(assessed))


def _show_head(console: Console, assessed: Assessed) -> None:
    site = assessed.site
    as_of = assessed.now.astimezone(site.zone).strftime("%Y-%m-%d %H:%M")
    console.print(Text(f"Patient {assessed.request.patient_id}, {assessed.request.hook} as of {as_of} ({site.zone})", "bold"))
    own = "".join(f"; set by this site: {one}" for one in own_intervals(site.policy))
    console.print(Text(f"Jurisdiction {site.policy.jurisdiction}{own}", "dim"))
    if assessed.skipped:
        console.print(Text(f"{assessed.skipped} entries of the file are no resources and were left out", "yellow"))


def _show_exposure(console: Console, assessed: Assessed) -> None:
    case = assessed.reply.case
    if case is None:
        return
    known = case.exposure
    if not known.exists:
        console.print("Exposure: none found in this file")
        return
    console.print(f"Exposure: {known.level}, {known.product or 'product unclear'}; {_window(known, case.today)}", markup=False)
    if known.courses:
        table = Table("Course", "First day", "Last day", "Infusion days", title="Courses", title_justify="left", title_style="bold")
        for one in known.courses:
            table.add_row(str(one.number), str(one.first_day), str(one.last_day), f"{len(one.days)} of {one.expected_days}")
        console.print(table)


def _window(known: Exposure, today: Any) -> str:
    if known.window_end is None:
        return "the last dose has no date, so surveillance is open"
    state = "under surveillance until" if known.under_surveillance(today) else "surveillance ended"
    return f"last dose {known.last_dose}, {state} {known.window_end}"


def _panel(card: Json) -> Panel:
    colour = COLOURS[card["indicator"]]
    lines: list[Any] = [Text(card["summary"], "bold")]
    if card.get("detail"):
        lines.append(Padding(Markdown(card["detail"]), (1, 0, 0, 0)))
    suggestions = [f"[ {each['label']} ]" for each in card.get("suggestions", [])]
    if suggestions:
        lines.append(Text("\nSuggested: " + "  ".join(suggestions), "cyan"))
    return Panel(Group(*lines), title=Text(card["indicator"].upper(), f"bold {colour}"), title_align="left", border_style=colour)


def _rules_table(assessed: Assessed) -> Table:
    table = Table(title="Every rule", title_justify="left", title_style="bold")
    table.add_column("Rule", no_wrap=True)
    table.add_column("Verdict")
    table.add_column("Why · found → evidence", overflow="fold")
    for one in verdicts(assessed):
        told = Text(one.indicator, COLOURS[one.indicator]) if one.verdict == SPOKE else Text(one.verdict)
        lines = [one.why, *(f"· {line}" for line in one.found), *(f"→\N{NO-BREAK SPACE}{each}" for each in one.evidence)]
        table.add_row(one.rule.id, told, Text("\n".join(lines)))
    return table
