"""The OpenAPI description: complete, sound, and kept by the served application, which schemathesis tries to catch out."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import Draft202012Validator, meta
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig

from app import create_app
from app.settings import load_settings
from fhir_fixtures import hook_request, load, stories
from tests.http_calls import PATIENT, SERVICES, Json, Server
from tests.test_http_feedback import ACCEPTED, OVERRIDDEN, REASON

pytest_plugins = ["tests.http_fixtures"]

APP = create_app(load_settings())
DESCRIPTION: Json = APP.test_client().get("/openapi.json").json
SCHEMAS = DESCRIPTION["components"]["schemas"]

# Much that the description does not ask for is taken all the same, as the specification wants it: what is refused is tested by hand.
# A call without a patient answers 412, and the random path of a page 404.
CHECKS = {"negative_data_rejection": {"enabled": False}, "positive_data_acceptance": {"expected-statuses": [200, 204, 404, 412]}}
API = schemathesis.openapi.from_dict(DESCRIPTION, config=SchemathesisConfig.from_dict({"checks": CHECKS}))


OPERATIONS = {found.ok().label: found.ok() for found in API.get_all_operations()}
CALLS = [f"POST /cds-services/{service}" for service in SERVICES]
FOR_BROWSERS = [label for label, one in OPERATIONS.items() if "SMART app" in one.tags]  # need a launch: tests/test_smart_*.py
POSTS = [label for label in OPERATIONS if label.startswith("POST") and label not in FOR_BROWSERS]


def tried(label: str, mode: GenerationMode, server: Server, change: Callable[[Case], None] = lambda case: None) -> None:
    """Send requests that schemathesis makes for an address; every answer is one that the description names, and none is our failure."""
    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
              phases=[Phase.generate])
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def every(case: Case) -> None:
        change(case)
        case.call_and_validate(base_url=server.base, timeout=30)
    every()


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label not in FOR_BROWSERS])
def test_what_is_asked_as_described_is_answered_as_described(server: Server, label: str) -> None:
    """Requests that fit the description are taken: cards, 412 where there is no patient, 404 for a page that does not exist."""
    tried(label, GenerationMode.POSITIVE, server)


@pytest.mark.parametrize("label", POSTS)
def test_what_is_asked_in_another_way_is_answered_as_described(server: Server, label: str) -> None:
    """Requests that do not fit the description get an answer that it names, too."""
    tried(label, GenerationMode.NEGATIVE, server)


@pytest.mark.parametrize("label", CALLS)
def test_a_call_with_its_patient_is_answered_as_described_whatever_else_it_holds(server: Server, label: str) -> None:
    """With the patient at hand a random call gets beyond 412, and its random prefetch is read."""
    def with_patient(case: Case) -> None:
        patient = PATIENT | {"id": case.body["context"]["patientId"]}
        case.body["prefetch"] = (case.body.get("prefetch") or {}) | {"patient": patient}
    tried(label, GenerationMode.POSITIVE, server, with_patient)


# ---- the description itself -----------------------------------------------------------------

def check(name: str, value: object) -> None:
    """The value is what the schema of this name says."""
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]}).validate(value)


def test_it_is_openapi_3_1_of_this_version(server: Server) -> None:
    """The served document names its version, the program's, and the address of the server."""
    answer = server.get("/openapi.json")
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert (body["openapi"], body["info"]["version"], body["servers"]) == ("3.1.0", version("alemtuzumab-cds"), [{"url": server.base}])


def test_every_address_is_described() -> None:
    """No address is left out, those of other parts of the program included; only static files are."""
    served = {(rule.rule.replace("<", "{").replace(">", "}"), method.lower()) for rule in APP.url_map.iter_rules()
              for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"} if rule.endpoint != "static"}
    assert {(path, method) for path, methods in DESCRIPTION["paths"].items() for method in methods} == served


def test_every_operation_has_an_identity_a_summary_and_its_errors() -> None:
    """Identities are unique; every error that is named is an OperationOutcome; every POST names what a bad body gets."""
    operations = [(method, one) for methods in DESCRIPTION["paths"].values() for method, one in methods.items()]
    assert len({one["operationId"] for _, one in operations}) == len(operations)
    for method, one in operations:
        assert one["summary"]
        for status, answer in one["responses"].items():
            assert answer["description"]
            if int(status) >= 400 and (one["tags"] != ["SMART app"] or "text/html" not in answer["content"]):
                assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/OperationOutcome"}
        assert {"405", "500"} <= set(one["responses"])
        assert method != "post" or one["tags"] == ["SMART app"] or {"400", "413", "415"} <= set(one["responses"])


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_sound(name: str) -> None:
    """Each is JSON Schema of the draft that OpenAPI 3.1 uses, says what it is for, and refers to others that exist."""
    assert SCHEMAS[name]["description"]
    meta.validate(SCHEMAS[name] | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]})


def test_the_answers_to_every_story_are_as_described(server: Server) -> None:
    """What the stories are answered is what the description says, at the hook that each is made for."""
    services = {one["hook"]: one for one in server.get("/cds-services").json()["services"]}
    check("Discovery", server.get("/cds-services").json())
    cards = 0
    for story in stories():
        service = services[story.hook]
        answer = server.post(service["id"], hook_request(load(story.name, datetime.now(UTC)), story.hook, service["prefetch"]))
        assert answer.status_code == 200
        check("CdsResponse", answer.json())
        cards += len(answer.json()["cards"])
    assert cards > 10


@pytest.mark.parametrize("item", [
    ACCEPTED, OVERRIDDEN, OVERRIDDEN | {"overrideReason": REASON}, OVERRIDDEN | {"overrideReasons": REASON},
    OVERRIDDEN | {"overrideReason": {"reason": {"code": "x"}}}, OVERRIDDEN | {"acceptedSuggestions": None}])
def test_feedback_that_is_taken_is_as_described(item: Json) -> None:
    """What clients send of feedback fits its schema; an acceptance without suggestions does not."""
    check("FeedbackRequest", {"feedback": [item]})
    without = {name: value for name, value in ACCEPTED.items() if name != "acceptedSuggestions"}
    with pytest.raises(ValueError, match="acceptedSuggestions"):
        check("FeedbackRequest", {"feedback": [without]})


def test_the_page_shows_it_all_without_a_script(server: Server) -> None:
    """/docs names every address and every object, and needs nothing but its style sheet."""
    answer = server.get("/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert [path for path in DESCRIPTION["paths"] if f" {path}</code>" not in answer.text] == []
    assert [name for name in SCHEMAS if f'id="schema-{name}"' not in answer.text] == []
