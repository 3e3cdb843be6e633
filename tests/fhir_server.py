"""
Real FHIR servers for tests: sekmet, started once a session, the stories loaded as of the moment it starts.

A test module that writes ``pytest_plugins = ["tests.fhir_server"]`` may ask for ``strict_fhir_server``,
``warn_fhir_server`` or ``absolute_fhir_server``; each is an ``app.demo_fhir_server.FhirServer``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.demo_fhir_server import FhirServer, fhir_server
from fhir_fixtures import load, stories


def every_bundle() -> list[dict]:
    """Every story's Bundle, dated from now."""
    now = datetime.now(UTC)
    return [load(story.name, now).bundle for story in stories()]


@pytest.fixture(scope="session")
def strict_fhir_server() -> Iterator[FhirServer]:
    """Refuses what is not valid R4."""
    with fhir_server(every_bundle(), validation="strict") as server:
        yield server


@pytest.fixture(scope="session")
def warn_fhir_server() -> Iterator[FhirServer]:
    """Takes what is not valid R4; empty at first, for records that are broken on purpose."""
    with fhir_server(validation="warn") as server:
        yield server


@pytest.fixture(scope="session")
def absolute_fhir_server() -> Iterator[FhirServer]:
    """Answers with absolute references, such as ``http://host/fhir/Patient/1``."""
    with fhir_server(every_bundle(), absolute_references=True) as server:
        yield server
