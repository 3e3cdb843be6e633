"""Fixtures of the HTTP tests: one server for all of them, its templates, and the base request."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http_calls import EMPTY, LISTED, PATIENT, Json, Server, context, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all HTTP tests of this process; browser pages of LISTED may read its answers."""
    with serving(CDS_CORS_ORIGINS=LISTED) as one:
        yield one


@pytest.fixture(scope="session")
def templates(server: Server) -> dict[str, Json]:
    """Each service's prefetch templates, from discovery."""
    return {each["id"]: each["prefetch"] for each in server.get("/cds-services").json()["services"]}


@pytest.fixture
def base_request(templates: dict[str, Json]) -> Any:
    """The base request B of the specification's checklist: valid, with complete prefetch, for a service; changes go on top."""
    def make(service: str, **changes: Any) -> Json:
        hook = service.removeprefix("alemtuzumab-")
        request = {
            "hook": hook, "hookInstance": str(uuid.uuid4()), "context": context(hook),
            "prefetch": {key: PATIENT if key == "patient" else EMPTY for key in templates[service]},
        }
        return request | changes
    return make
