"""Discovery: spec section 2 (D), 3 (P), checks T1 to T5."""

import re
from urllib.parse import parse_qsl

import pytest

from tests.http_calls import SERVICES, Server, empties, problems

pytest_plugins = ["tests.http_fixtures"]


def test_t1_discovery_lists_three_services(server: Server) -> None:
    """GET /cds-services answers 200 with one service for each of the three hooks, each id once."""
    answer = server.get("/cds-services")
    services = answer.json()["services"]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert [each["id"] for each in services] == list(SERVICES)
    assert {each["hook"] for each in services} == {"patient-view", "order-select", "order-sign"}


def test_t2_every_service_is_described_in_full(server: Server) -> None:
    """Each service has hook, id, title and description, names the specification's version, and holds nothing empty."""
    body = server.get("/cds-services").json()
    assert empties(body) == []
    for each in body["services"]:
        assert all(isinstance(each[name], str) and each[name] for name in ("hook", "id", "title", "description", "usageRequirements"))
        assert (each["version"], each["hookVersion"]) == ("2.0.1", "1.0")
        assert all(isinstance(template, str) for template in each["prefetch"].values())


def test_t3_templates_use_only_what_every_client_can_resolve(templates: dict[str, dict[str, str]]) -> None:
    """A template is a read or a search with the tokens patientId and userId alone, and no parameter twice (P6)."""
    for keys in templates.values():
        for key, template in keys.items():
            assert re.fullmatch(r"[A-Za-z0-9]+", key)
            assert set(re.findall(r"\{\{(.*?)\}\}", template)) <= {"context.patientId", "context.userId"}
            path, _, search = template.partition("?")
            assert re.fullmatch(r"[A-Z][A-Za-z]+(/\{\{context\.(patientId|userId)\}\})?", path)
            names = [name for name, _ in parse_qsl(search, strict_parsing=bool(search))]
            assert len(names) == len(set(names))
            assert not [name for name in names if ":" in name or name.startswith(("_include", "_rev", "_has")) or "." in name]


@pytest.mark.parametrize("path", ["/cds-services/", "//cds-services", "/cds-services//"])
def test_t4_slashes_do_not_matter_and_never_redirect(server: Server, path: str) -> None:
    """A slash more answers the same as the plain address."""
    answer = server.get(path)
    assert (answer.status_code, answer.content) == (200, server.get("/cds-services").content)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_t5_discovery_is_only_read(server: Server, method: str) -> None:
    """Another method answers 405, names those that work, and says so in JSON."""
    answer = server.send(method, "/cds-services")
    problems(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_discovery_answers_head(server: Server) -> None:
    """HEAD gives the headers of GET without the body (D8)."""
    head, full = server.send("HEAD", "/cds-services"), server.get("/cds-services")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(full.content))


def test_discovery_is_stable(server: Server) -> None:
    """Two calls give the same bytes, which caches must check again, whatever Host the client names (D10)."""
    first, second = server.get("/cds-services"), server.get("/cds-services", headers={"Host": "evil.example"})
    assert first.content == second.content
    assert first.headers["Cache-Control"] == "no-cache"


def test_discovery_ignores_a_bad_bearer_token(server: Server) -> None:
    """Discovery is public: a token that cannot be read does no harm (D9)."""
    assert server.get("/cds-services", headers={"Authorization": "Bearer rubbish"}).status_code == 200
