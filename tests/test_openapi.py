"""The OpenAPI description: complete, sound, and kept by the served application, which schemathesis tries to catch out."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema_rs import Draft202012Validator, meta
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig

from app import create_app
from app.openapi_parts import ISSUE_CODES
from app.settings import load_settings
from fhir_fixtures import hook_request, load
from tests.http_calls import PATIENT, PATIENT_VIEW, SERVICES, Json, Server

pytest_plugins = ["tests.http_fixtures"]

APP = create_app(load_settings())
DESCRIPTION: Json = APP.test_client().get("/openapi.json").json
SCHEMAS = DESCRIPTION["components"]["schemas"]

# Much that the description does not ask for is taken all the same, as the specification wants it: what is refused is tested by hand.
# A call without a patient answers 412, and the random path of a page 404.
CHECKS = {"negative_data_rejection": {"enabled": False}, "positive_data_acceptance": {"expected-statuses": [200, 204, 404, 412]}}
API = schemathesis.openapi.from_dict(DESCRIPTION, config=SchemathesisConfig.from_dict({"checks": CHECKS}))


@API.parametrize()
@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.generate])
def test_no_request_is_answered_in_a_way_that_is_not_described(case: Case, server: Server) -> None:
    """Whatever is sent, good or bad, the answer is one that the description names, and never a failure of ours."""
    case.call_and_validate(base_url=server.base, timeout=30)


@API.include(path_regex="^/cds-services/[a-z-]+$").parametrize()
@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.generate])
def test_a_call_with_its_patient_is_answered_as_described_whatever_else_it_holds(case: Case, server: Server) -> None:
    """With the patient at hand a random call gets beyond 412, and its random prefetch is read."""
    if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
        patient = PATIENT | {"id": case.body["context"]["patientId"]}
        case.body["prefetch"] = (case.body.get("prefetch") or {}) | {"patient": patient}
    case.call_and_validate(base_url=server.base, timeout=30)
