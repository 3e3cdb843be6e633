"""The stub FHIR server as a fixture."""

from collections.abc import Iterator

import pytest

from tests.fhir_stub import Stub, stub_holding, treated


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stub that holds the treated patient."""
    with stub_holding(*treated()) as one:
        yield one
