"""
``alemtuzumab-cds demo``: a FHIR server with synthetic patients, the service, and an EHR that calls it.

Everything runs on this machine and is gone afterwards. The EHR's part is played as the specification has it: discovery,
prefetch resolved against the FHIR server, the hook call; the answer is printed as a clinician would meet it.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import click
import requests
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from app.demo_fhir_server import DemoFailed, fhir_server, free_port, one_line, running
from fhir_fixtures import LoadedStory, UnresolvedToken, hook_request, load, resolve_template, resources, stories

Json = dict[str, Any]

PLAYED = ("never-treated", "well-monitored", "thrombocytopenia", "anti-gbm", "lost-to-follow-up", "recent-infusion",
          "first-course-unprepared", "live-vaccine-20-days-before", "active-infection-at-order", "live-vaccine-after-course")
MOMENTS = {
    "patient-view": "a clinician opens the chart",
    "order-select": "a clinician chooses an order",
    "order-sign": "a clinician is about to sign the orders",
}
COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}
INTRODUCTION = """\
An electronic health record (EHR) calls this service at set moments, called hooks, and shows the cards it answers with.
Here the EHR is played for you: every patient is made up, and everything runs on this machine.
Starting a FHIR server with the patients' records, and the service …"""
DETAIL_LINES = 12
PREFERRED_PORT = 8000


@click.command()
@click.option("--once", is_flag=True, help="End after the stories are told, instead of waiting for Ctrl-C.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"Port of the service; {PREFERRED_PORT} or a free one if left out.")
def demo(once: bool, port: int | None) -> None:
    """Start a FHIR server with synthetic patients and the service, and show the cards an EHR would get."""
    console = Console(highlight=False)
    try:
        _run(console, once, port)
    except KeyboardInterrupt:
        if once:
            raise click.ClickException("stopped before every story was told.") from None
        console.print("\nStopped: the service and the FHIR server have ended.")
    except DemoFailed as failure:
        raise click.ClickException(str(failure)) from None


def _run(console: Console, once: bool, port: int | None) -> None:
    now = datetime.now(UTC)
    console.print(INTRODUCTION)
    with fhir_server(load(story.name, now).bundle for story in stories()) as fhir, service(port) as base:
        ehr = Ehr(base, fhir.base_url)
        for name in PLAYED:
            _tell(console, ehr, load(name, now))
        _where(console, ehr, stays=not once)
        while not once:
            time.sleep(2)
            ehr.get(f"{base}/health")


# ---- the service ----------------------------------------------------------------------------

@contextmanager
def service(port: int | None) -> Iterator[str]:
    """The service as a child process, its data in a folder that goes with it; its base URL."""
    free = free_port(port or PREFERRED_PORT)
    if port not in (None, free):
        raise DemoFailed(f"port {port} is taken: choose another with --port, or leave it out.")
    base = f"http://127.0.0.1:{free}"
    command = [*service_command(), "serve", "--host", "127.0.0.1", "--port", str(free)]
    with tempfile.TemporaryDirectory(prefix="alemtuzumab-cds-") as folder, running(
            command, f"{base}/health", "the service", CDS_DATA_DIR=folder, CDS_DATABASE_URL=""):
        yield base


def service_command() -> list[str]:
    """How to call this program: the installed script, else the module."""
    script = Path(sys.executable).with_name("alemtuzumab-cds")
    return [str(script)] if script.exists() else [sys.executable, "-m", "app.cli"]


# ---- the EHR's part -------------------------------------------------------------------------

class Ehr:
    """A CDS Client: discovers the services once, answers their prefetch templates from a FHIR server, calls them."""

    def __init__(self, service_url: str, fhir_url: str) -> None:
        self.service_url, self.fhir_url = service_url, fhir_url
        self.http = requests.Session()
        self.services: list[Json] = self.get(f"{service_url}/cds-services")["services"]

    def get(self, url: str, absent_is_none: bool = False) -> Any:
        """The JSON at ``url``; DemoFailed where the answer is no success."""
        return self._json("GET", url, None, absent_is_none)

    def cards(self, story: LoadedStory, hook: str) -> list[Json]:
        """The cards of every service that listens to ``hook``."""
        return [card for each in self.services if each["hook"] == hook for card in self._call(each, story)]

    def _call(self, each: Json, story: LoadedStory) -> list[Json]:
        request = hook_request(story, each["hook"], {})
        request |= {"fhirServer": self.fhir_url, "prefetch": self._prefetch(each, request["context"])}
        answer: list[Json] = self._json("POST", f"{self.service_url}/cds-services/{each['id']}", request)["cards"]
        return answer

    def _prefetch(self, each: Json, context: Json) -> Json:
        found = {}
        for key, template in each.get("prefetch", {}).items():
            try:
                found[key] = self._answer(f"{self.fhir_url}/{resolve_template(template, context)}")
            except UnresolvedToken:
                continue
        return found

    def _answer(self, url: str) -> Json | None:
        """A read's resource, None where it is absent; a search's Bundle with the entries of all its pages."""
        first = self.get(url, absent_is_none=True)
        page = first
        while page and (url := next((link["url"] for link in page.get("link", []) if link["relation"] == "next"), "")):
            page = self.get(urljoin(f"{self.fhir_url}/", url))
            first.setdefault("entry", []).extend(page.get("entry", []))
        if first and "link" in first:
            first["link"] = [link for link in first["link"] if link["relation"] == "self"]
        return first

    def _json(self, method: str, url: str, body: Json | None, absent_is_none: bool = False) -> Any:
        try:
            answer = self.http.request(method, url, json=body, timeout=30)
        except requests.RequestException:
            raise DemoFailed(f"{url} does not answer.") from None
        if absent_is_none and answer.status_code == 404:
            return None
        if not answer.ok:
            raise DemoFailed(f"{method} {url} answered {answer.status_code}: {one_line(answer.text)}")
        return answer.json()


# ---- what is printed ------------------------------------------------------------------------

def _tell(console: Console, ehr: Ehr, story: LoadedStory) -> None:
    patient = resources(story)[0]
    console.print()
    console.rule(Text(story.title, "bold"), align="left")
    name = " ".join([*patient["name"][0]["given"], patient["name"][0]["family"]])
    console.print(Text(f"{name}, {patient['gender']}, born {patient['birthDate']}. {story.sentence}"))
    console.print(Text(f"Hook {story.hook}: {MOMENTS[story.hook]}.", "dim"))
    cards = ehr.cards(story, story.hook)
    for card in cards:
        console.print(_panel(card))
    if not cards:
        console.print(Padding("No card: no rule of the service speaks about these records.", (0, 2)))


def _panel(card: Json) -> Panel:
    colour = COLOURS.get(card["indicator"], "default")
    lines: list[Any] = [Text(card["summary"], "bold")]
    if card.get("detail"):
        lines.append(Padding(Markdown(_short(card["detail"])), (1, 0, 0, 0)))
    suggestions = [f"[ {each['label']} ]" for each in card.get("suggestions", [])]
    if suggestions:
        lines.append(Text("\nSuggested: " + "  ".join(suggestions), "cyan"))
    lines.append(Text("\nSource: " + card["source"].get("label", ""), "dim"))
    return Panel(Group(*lines), title=Text(card["indicator"].upper(), f"bold {colour}"), title_align="left", border_style=colour)


def _short(markdown: str) -> str:
    lines = markdown.splitlines()
    return markdown if len(lines) <= DETAIL_LINES else "\n".join([*lines[:DETAIL_LINES], "", "*… (shortened)*"])


def _where(console: Console, ehr: Ehr, stays: bool) -> None:
    base, program = ehr.service_url, service_command()[-1] if len(service_command()) == 1 else "python -m app.cli"
    console.print()
    console.rule(Text("Look for yourself" if stays else "What ran", "bold"), align="left")
    for what, url in (("Service page", f"{base}/"), ("Discovery", f"{base}/cds-services"), ("Health", f"{base}/health"),
                      ("FHIR server", ehr.fhir_url)):
        console.print(Text(f"{what:13} {url}"), soft_wrap=True)
    first = next((each["id"] for each in ehr.services if each["hook"] == "patient-view"), "")
    console.print(Text("\nOne call by hand:"))
    console.print(Text(f"{program} fixture show thrombocytopenia --hook patient-view | "
                       f"curl -s -H 'Content-Type: application/json' -d @- {base}/cds-services/{first}"), soft_wrap=True)
    if stays:
        console.print(Text("\nBoth servers run until you press Ctrl-C.", "bold"))
