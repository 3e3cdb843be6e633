"""The OpenAPI description: complete, sound, and kept by the served application, which schemathesis tries to catch out."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema_rs import meta
from schemathesis import Case

from app import create_app
from app.openapi_parts import ISSUE_CODES
from app.settings import load_settings
from tests.http_calls import PATIENT_VIEW, SERVICES, Server

pytest_plugins = ["tests.http_fixtures"]


API = schemathesis.openapi.from_wsgi("/openapi.json", create_app(load_settings()))


@API.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_request_is_answered_in_a_way_that_is_not_described(case: Case, server: Server) -> None:
    """Whatever is sent, good or bad, the answer is one that the description names, and never a failure of ours."""
    case.call_and_validate(base_url=server.base, timeout=30)
