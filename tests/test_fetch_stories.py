"""The stories on a real FHIR server: the same cards when everything is fetched as when it is sent, in strict, warn and absolute modes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

import app.fhir_access
from app.demo_fhir_server import FhirServer, fhir_server
from app.fhir_client import FhirClient
from app.settings import load_settings
from cds_services import concepts as c
from cds_services.hooks.hook_request import HookRequest
from cds_services.prefetch import TYPES, Wanted, queries, types_of
from fhir_fixtures import hook_request, load, stories
from tests.fetch_calls import SERVICE, findings, said
from tests.http_calls import Json, Server, serving

NOW = datetime.now(UTC)
CASES = [(story.name, hook) for story in stories() for hook in SERVICE if hook == "patient-view" or story.draft_orders]
UNTREATED = "never-treated"


MODES = {"strict": {"validation": "strict"}, "warn": {"validation": "warn"}, "absolute references": {"absolute_references": True}}


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], FhirServer]]:
    """A FHIR server in each mode, started when it is first asked for; the stories on it are dated as those of the requests."""
    with ExitStack() as stack:
        @cache
        def started(mode: str) -> FhirServer:
            bundles = [load(story.name, NOW).bundle for story in stories()]
            return stack.enter_context(fhir_server(bundles, **MODES[mode]))
        yield started


@pytest.fixture(params=MODES)
def fhir(request: pytest.FixtureRequest, servers: Callable[[str], FhirServer]) -> FhirServer:
    """Each of the three in turn."""
    return servers(request.param)


@pytest.fixture
def strict(servers: Callable[[str], FhirServer]) -> FhirServer:
    """The one that takes valid R4 alone."""
    return servers("strict")


UNHURRIED = '{"deadline_seconds": 30, "connect_seconds": 10}'  # a machine that runs all tests at once may be slow


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A service that waits for a busy FHIR server."""
    with serving(CDS_FHIR=UNHURRIED) as one:
        yield one


@pytest.fixture(scope="module")
def sparing() -> Iterator[Server]:
    """A service that advertises only what shows exposure."""
    with serving(CDS_PREFETCH="exposure", CDS_FHIR=UNHURRIED) as one:
        yield one


def request_of(server: Server, name: str, hook: str) -> Json:
    """The call of a client that answers every template."""
    [service] = [one for one in server.get("/cds-services").json()["services"] if one["hook"] == hook]
    return hook_request(load(name, NOW), hook, service["prefetch"])


def fetched(request: Json, base: str, *kept: str) -> Json:
    """The same call with these keys of its prefetch alone, and access to a FHIR server."""
    prefetch = {key: value for key, value in request["prefetch"].items() if key in kept}
    return request | {"fhirServer": base, "prefetch": prefetch or None}


def last_call(server: Server) -> str:
    """The log line of the last call."""
    return [line for line in server.log().splitlines() if "alemtuzumab_cds.calls" in line][-1]


def queried(server: Server) -> int:
    """How many queries the last call sent to the FHIR server, by its log line."""
    return int(re.findall(r"queries=(\d+)", last_call(server))[0])


@pytest.mark.parametrize("name, hook", CASES, ids=[f"{name} at {hook}" for name, hook in CASES])
def test_nothing_sent_and_everything_fetched_gives_the_same_cards(server: Server, fhir: FhirServer, name: str, hook: str) -> None:
    """Prefetch and our own fetch are the same queries (P9)."""
    request = request_of(server, name, hook)
    sent = server.post(SERVICE[hook], request)
    assert said(server.post(SERVICE[hook], fetched(request, fhir.base_url))) == said(sent)


@pytest.mark.parametrize("name", [name for name, hook in CASES if hook == "patient-view"])
def test_exposure_alone_is_sent_and_the_rest_fetched(sparing: Server, server: Server, strict: FhirServer, name: str) -> None:
    """`CDS_PREFETCH=exposure` (section 16): the same findings, and nothing fetched for those who were never treated."""
    request = request_of(sparing, name, "patient-view")
    assert set(request["prefetch"]) == {"patient", "medicationAdministrations", "medicationRequests", "medicationStatements"}
    answered = sparing.post(SERVICE["patient-view"], request | {"fhirServer": strict.base_url})
    assert findings(answered) == findings(server.post(SERVICE["patient-view"], request_of(server, name, "patient-view")))
    assert (queried(sparing) == 0) is ("skipped=no_sign_of_exposure" in last_call(sparing))


def test_what_an_untreated_chart_costs(sparing: Server, server: Server, strict: FhirServer) -> None:
    """The numbers that README tells: fourteen templates become four, and we ask nothing; where nothing is sent we ask five."""
    readme = " ".join((Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").split())
    assert "the 14 templates of `patient-view` and no query of ours; with `CDS_PREFETCH=exposure` 4, and no query of ours" in readme
    for one, templates in ((server, 14), (sparing, 4)):
        request = request_of(one, UNTREATED, "patient-view")
        assert len(request["prefetch"]) == templates
        whole = fetched(request, strict.base_url, *request["prefetch"])
        assert one.post(SERVICE["patient-view"], whole).json() == {"cards": []}
        assert queried(one) == 0
    assert server.post(SERVICE["patient-view"], fetched(request, strict.base_url)).json() == {"cards": []}
    assert queried(server) in (5, 6)  # a worker's first call also asks for /metadata
    request = request_of(sparing, "well-monitored", "patient-view")
    sparing.post(SERVICE["patient-view"], fetched(request, strict.base_url, *request["prefetch"]))
    assert queried(sparing) in (10, 11)
    assert "completed, by 10 queries" in readme


def test_pages_of_a_real_server(strict: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next links are followed to the end: seven to a page, or all at once, the same resources."""
    client = FhirClient(load_settings())
    call = HookRequest("patient-view", "x", "Practitioner/1", "story-well-monitored", fhir_server=strict.base_url)
    wanted = {key: Wanted(queries(key, "story-well-monitored"), types_of(key)) for key in TYPES}

    def ids() -> dict[str, list[bytes]]:
        access = client.access_for(call)
        assert access is not None
        found = access.search(wanted)
        assert {one.source.state for one in found.values()} <= {"found", "none"}
        return {key: sorted(bytes(raw) for raw, _ in one.resources) for key, one in found.items()}
    whole = ids()
    monkeypatch.setattr(app.fhir_access, "PAGE_SIZE", 7)
    assert ids() == whole
    assert len(whole[c.LABORATORY]) > 100
