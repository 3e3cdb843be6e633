"""
``alemtuzumab-cds assess``: one patient from a file, judged as a hook call would be, and why each rule said what it said.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any

import click

from app.assess_output import as_json, show
from app.settings import SettingsError, load_settings
from cds_services import file_record
from cds_services.client import Client
from cds_services.example_run import service_of
from cds_services.file_record import BadFile
from cds_services.hooks import BadHookRequest, HookRequest, MissingData, parse_request
from cds_services.policy import JURISDICTIONS, Site
from cds_services.rule import EVERY_HOOK, PATIENT_VIEW
from cds_services.services import Reply, answer

TOO_DEEP = "arrays and objects are nested too deep"


class CannotAssess(click.ClickException):
    """The file, or a setting, cannot be used; said in one line."""

    exit_code = 2


@dataclass(frozen=True)
class Assessed:
    """What was judged, as of when, at which site, and the answer."""

    request: HookRequest
    site: Site
    now: datetime
    reply: Reply
    skipped: int = 0


@click.command()
@click.argument("file", metavar="BUNDLE.json")
@click.option("--on", metavar="DATE", help="Judge as of this day (its noon at the site) or instant, instead of now.")
@click.option("--hook", type=click.Choice(EVERY_HOOK), help="Answer as at this hook [patient-view, or that of a hook request].")
@click.option("--jurisdiction", type=click.Choice(JURISDICTIONS, case_sensitive=False), help="Whose rules [CDS_JURISDICTION, default US].")
@click.option("--patient", metavar="ID", help="The patient, where the file holds several.")
@click.option("--explain", is_flag=True, help="Also every rule with its verdict, why, and its evidence.")
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of tables.")
def assess(file: str, on: str | None, hook: str | None, jurisdiction: str | None, patient: str | None, explain: bool,
           wants_json: bool) -> None:
    """
    Assess one patient from a FHIR Bundle of any type, or from a hook request; - reads it from standard input.

    What the file does not hold counts as not on record. At the order hooks its draft MedicationRequests and ServiceRequests
    are the orders.
    """
    site = _site(jurisdiction)
    now = _instant(on, site)
    parsed, text = _read(file)
    try:
        request, skipped = _request(parsed, text, hook, patient)
        assessed = Assessed(request, site, now, answer(service_of(request.hook), request, site, now), skipped)
    except (BadFile, BadHookRequest, MissingData) as wrong:
        raise CannotAssess(f"{_name(file)}: {wrong}") from None
    except RecursionError:
        raise CannotAssess(f"{_name(file)}: {TOO_DEEP}") from None
    if wants_json:
        click.echo(json.dumps(as_json(assessed, explain), indent=2, ensure_ascii=False))
    else:
        show(assessed, explain)


def _site(jurisdiction: str | None) -> Site:
    """The site of the settings; a file says what it holds, so what a FHIR server holds does not matter."""
    from app import site_of
    try:
        return replace(site_of(load_settings(jurisdiction=jurisdiction)), client=Client(), prefetch="full")
    except SettingsError as problem:
        raise CannotAssess("; ".join(problem.problems)) from None


def _instant(on: str | None, site: Site) -> datetime:
    """Now, or the instant that was asked for: noon where only a day is given, the site's zone where none is."""
    if on is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(on)
    except ValueError:
        raise CannotAssess(f"--on {on}: not a date such as 2026-03-31") from None
    if len(on) <= 10:
        found = datetime.combine(found, time(12))
    return found.replace(tzinfo=site.zone) if found.tzinfo is None else found


def _name(file: str) -> str:
    return "standard input" if file == "-" else file


def _read(file: str) -> tuple[Any, bytes]:
    """The file's JSON, and its bytes."""
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return json.loads(text.decode("utf-8-sig"), parse_float=_number, parse_constant=_no_number), text
    except OSError as error:
        raise CannotAssess(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CannotAssess(f"{_name(file)}: is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise CannotAssess(f"{_name(file)}: is not JSON ({error.msg}, line {error.lineno})") from None
    except ValueError as error:
        raise CannotAssess(f"{_name(file)}: is not JSON ({error})") from None
    except RecursionError:
        raise CannotAssess(f"{_name(file)}: {TOO_DEEP}") from None


def _number(text: str) -> float | str:
    """A number; one that is beyond every float stays text, so that its own resource alone cannot be read."""
    number = float(text)
    return number if isfinite(number) else text


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _request(parsed: Any, text: bytes, hook: str | None, patient: str | None) -> tuple[HookRequest, int]:
    """The call: as it stands in the file, or made of its resources; and how many entries were no resources."""
    if isinstance(parsed, dict) and "hook" in parsed and "resourceType" not in parsed:
        return _hook_request(parsed, text, hook, patient), 0
    record = file_record.read_file(parsed)
    chosen = record.patient(patient)
    return file_record.call(hook or PATIENT_VIEW, chosen, file_record.prefetch_of(chosen, record.facts), record.drafts), record.skipped


def _hook_request(parsed: dict[str, Any], text: bytes, hook: str | None, patient: str | None) -> HookRequest:
    """A hook request as an EHR sends it; it names its own hook and patient."""
    sent = parsed["hook"]
    if sent not in EVERY_HOOK:
        raise BadFile(f"is a request of a hook that is not known here; known are {', '.join(EVERY_HOOK)}")
    if hook not in (None, sent):
        raise BadFile(f"is a {sent} request: --hook {hook} does not fit")
    request = parse_request(text, sent)
    if patient is not None and patient.removeprefix("Patient/") != request.patient_id:
        raise BadFile(f"is a request about another patient than {patient}")
    return request
