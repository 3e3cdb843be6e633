"""Which FHIR servers may be asked: the list, development mode, plain spelling, and what a name resolves to (F2, F3, F8, T43)."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from app.fhir_address import AddressRefused, Guard, base_of, is_loopback, is_public, within
from app.fhir_client import FhirClient
from app.fhir_connections import new_session
from app.settings import Settings, load_settings
from cds_services.hooks.hook_request import FhirAuthorization, HookRequest
from tests.fhir_stub import Stub, stub_holding

pytest_plugins = ["tests.fhir_stub_fixtures"]

LISTED = "https://fhir.ehr.example/api/R4"
OPEN = "https://open.ehr.example/r4"
CLIENTS = [{"name": "ehr", "fhirServers": [LISTED], "openFhirServers": [OPEN]}]
TOKEN = FhirAuthorization("secret", 300)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the surroundings is seen here."""
    monkeypatch.delenv("CDS_CONFIG", raising=False)


def development() -> Settings:
    """On loopback."""
    return load_settings(clients=CLIENTS)


def production() -> Settings:
    """Beyond loopback."""
    return load_settings(host="0.0.0.0", insecure=True, clients=CLIENTS)


def refusal(settings: Settings, server: str | None, authorization: FhirAuthorization | None = TOKEN, patient: str = "p1") -> str | None:
    """Why a call's FHIR server is not asked."""
    request = HookRequest("patient-view", "x", "Practitioner/1", patient, fhir_server=server, authorization=authorization)
    return FhirClient(settings).refusal(request)


# ---- which server -----------------------------------------------------------------------------

@pytest.mark.parametrize("server", [LISTED, f"{LISTED}/", f"{LISTED}//"])
def test_a_listed_server_is_asked(server: str) -> None:
    """A slash at the end makes no difference."""
    assert refusal(development(), server) is None
    assert refusal(production(), server) is None


@pytest.mark.parametrize("server", [
    "https://other.example/fhir", "https://fhir.ehr.example", "https://fhir.ehr.example/api/R4/x", "https://fhir.ehr.example.evil.example/api/R4",
    "http://fhir.ehr.example/api/R4", "https://169.254.169.254/latest", "http://169.254.169.254/latest", "https://10.0.0.1/fhir"])
def test_any_other_server_is_not(server: str) -> None:
    """The list is exact; plain http and metadata addresses are on none."""
    assert refusal(development(), server) == "not listed"
    assert refusal(production(), server) == "not listed"


@pytest.mark.parametrize("server", [
    f"{LISTED}?x=1", f"{LISTED}#x", "https://user@fhir.ehr.example/api/R4", "https://user:word@127.0.0.1/fhir", "http://localhost\\@evil.example/",
    "http://localhost/fhir/../admin", "http://localhost/%2e%2e/admin", "http://local host/", "ftp://localhost/fhir", "//localhost/fhir",
    "http:///fhir", "http://localhost:99999/fhir", "http://" + "a" * 3000, "http://localhost/\nx", "http://loc%61lhost/fhir"])
def test_an_address_that_is_not_plain_is_none(server: str) -> None:
    """Query, fragment, user name, climbing paths, odd characters."""
    assert base_of(server) is None
    assert refusal(development(), server) == "no plain address"


@pytest.mark.parametrize("server", [
    "http://localhost/fhir", "http://localhost:8102/fhir", "http://127.0.0.1:8102/fhir", "http://127.1.2.3/fhir", "http://[::1]:8102/fhir",
    "https://localhost/fhir", "http://LOCALHOST/fhir"])
def test_this_machine_in_plain_spelling_is_asked_in_development_mode_alone(server: str) -> None:
    """With and without a token (F3); never in production."""
    assert refusal(development(), server) is None
    assert refusal(development(), server, None) is None
    assert refusal(production(), server) == "not listed"


@pytest.mark.parametrize("host", [
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.01", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "localhost.", "0.0.0.0",
    "[::]", "localhost.example", "127.0.0.1.nip.example", "10.0.0.1", "192.168.1.1", "[fe80::1]", "128.0.0.1"])
def test_odd_spellings_of_this_machine_are_refused(host: str) -> None:
    """Section 16: decimal, octal, hexadecimal, IPv4-mapped and the like."""
    assert not is_loopback(host.strip("[]"))
    assert refusal(development(), f"http://{host}/fhir") in ("not listed", "no plain address")


@pytest.mark.parametrize("authorization, server, why", [
    (None, LISTED, "no token"), (None, OPEN, None), (TOKEN, OPEN, None),
    (FhirAuthorization("t", 0), LISTED, "token expired"), (FhirAuthorization("t", -5), "http://localhost/fhir", "token expired"),
    (FhirAuthorization("t", 300, patient="p2"), LISTED, "token of another patient"),
    (FhirAuthorization("t", 300, patient="p1"), LISTED, None), (FhirAuthorization("t", 300, patient="Patient/p1"), LISTED, None),
    (FhirAuthorization("t"), LISTED, None)])
def test_the_token_must_fit(authorization: FhirAuthorization | None, server: str, why: str | None) -> None:
    """F3: without a token only open servers; F8: not with another patient's; R6: not with one that has expired."""
    assert refusal(development(), server, authorization) == why


def test_a_patient_id_that_climbs_is_not_asked_for() -> None:
    """`Patient/..` is not the patient."""
    assert refusal(development(), LISTED, patient="..") == "no id of a patient"


@pytest.mark.parametrize("url, inside", [
    ("https://h/fhir/Observation?x=1", True), ("https://h:443/fhir/Observation", True), ("https://h/fhir?page=1", True),
    ("https://h/fhir", True),
    ("Observation?page=2", True), ("?page=2", True), ("https://h/fhirx", False), ("https://h/", False), ("https://h:444/fhir/x", False),
    ("http://h/fhir/x", False), ("https://H/fhir/x", True), ("https://h2/fhir/x", False),
    ("https://h/fhir/%2e%2e/x", False), ("x" * 3000, False)])
def test_what_lies_inside_a_fhir_base(url: str, inside: bool) -> None:
    """Same origin, and the base's own path or one below it (F4)."""
    assert (within(url, "https://h/fhir", "https://h/fhir/Observation?patient=1") is not None) is inside


# ---- what a name resolves to --------------------------------------------------------------------

@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1"])
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, multicast, reserved, and IPv4 addresses wrapped in IPv6."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_addresses_that_are_public(address: str) -> None:
    """What everybody reaches."""
    assert is_public(ipaddress.ip_address(address))


def resolving(*addresses: str) -> Any:
    """A DNS answer."""
    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]
    return resolve


@pytest.mark.parametrize("answer", [("127.0.0.1",), ("10.0.0.1",), ("93.184.216.34", "169.254.169.254"), ("::1",)])
def test_a_name_that_resolves_inward_is_not_contacted(answer: tuple[str, ...]) -> None:
    """Even one such address among public ones refuses the host (T43)."""
    with pytest.raises(AddressRefused):
        Guard(loopback=True, resolve=resolving(*answer)).addresses("fhir.ehr.example", 443)


def test_a_name_of_a_site_s_own_network_is_contacted_where_the_profile_says_so() -> None:
    """`privateNetwork` opens the site's own network, and neither loopback nor link-local."""
    guard = Guard(private_hosts=["fhir.hospital.example"], resolve=resolving("10.0.0.1"))
    assert guard.addresses("fhir.hospital.example", 443)
    with pytest.raises(AddressRefused):
        guard.addresses("other.example", 443)
    for inner in ("127.0.0.1", "169.254.169.254", "::1"):
        assert not guard.permits("fhir.hospital.example", ipaddress.ip_address(inner))


def test_localhost_must_resolve_to_this_machine() -> None:
    """A resolver that says otherwise is not believed."""
    with pytest.raises(AddressRefused):
        Guard(loopback=True, resolve=resolving("93.184.216.34")).addresses("localhost", 80)


def test_the_connection_goes_to_the_address_that_was_checked(stub: Stub) -> None:
    """A name is resolved once, by the guard: what DNS says a moment later has no influence."""
    asked: list[str] = []

    def once(host: str, port: int, **kind: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    class Lenient(Guard):
        """Lets this test's name lead to loopback."""

        def permits(self, host: str, address: Any) -> bool:
            return True
    session = new_session(Lenient(resolve=once))
    port = stub.root.rpartition(":")[2]
    assert session.get(f"http://fhir.ehr.example:{port}/fhir/Patient/p1", timeout=5).json()["id"] == "p1"
    assert session.get(f"http://fhir.ehr.example:{port}/fhir/Patient/p1", timeout=5).ok
    assert asked == ["fhir.ehr.example"]
    assert stub.seen[0].headers["host"] == f"fhir.ehr.example:{port}"


def test_a_refused_address_sees_no_packet(monkeypatch: pytest.MonkeyPatch, stub: Stub) -> None:
    """A listed name that suddenly resolves to this machine: failed, and nothing arrives."""
    client = FhirClient(load_settings(clients=CLIENTS), guard=Guard(loopback=True, resolve=resolving("127.0.0.1")))
    request = HookRequest("patient-view", "x", "Practitioner/1", "p1", fhir_server=LISTED, authorization=TOKEN)
    access = client.access_for(request)
    assert access is not None
    from cds_services.prefetch import Wanted
    found = access.search({"patient": Wanted(("Patient/p1",), ("Patient",))})["patient"]
    assert (found.source.state, found.source.why) == ("failed", "the FHIR server's address may not be contacted")


def test_the_environment_s_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch, stub: Stub) -> None:
    """A proxy would resolve names itself, past the guard."""
    with stub_holding() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        monkeypatch.setenv("http_proxy", proxy.root)
        assert new_session(Guard(loopback=True)).get(f"{stub.base}/Patient/p1", timeout=5).ok
        assert proxy.seen == []


# ---- TLS ------------------------------------------------------------------------------------------

def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for this name that vouches for itself, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1)).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


@pytest.mark.parametrize("host, trusted, ok", [
    ("fhir.ehr.example", True, True), ("other.ehr.example", True, False), ("fhir.ehr.example", False, False)])
def test_the_certificate_is_that_of_the_name(tmp_path: Path, host: str, trusted: bool, ok: bool) -> None:
    """The connection goes to a checked address; the certificate must still be the name's, from a known authority."""
    cert, key = certificate(tmp_path, "fhir.ehr.example")
    stub = Stub([{"resourceType": "Patient", "id": "p1"}])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    stub._server.socket = tls.wrap_socket(stub._server.socket, server_side=True)
    port = int(stub.root.rpartition(":")[2])
    guard = Guard(private_hosts=[host], resolve=resolving("127.0.0.1"))
    guard.permits = lambda *asked: True  # type: ignore[method-assign]
    settings = load_settings(clients=[{"name": "ehr", "fhirServers": [f"https://{host}:{port}/fhir"]}],
                             fhir={"ca_file": str(cert)} if trusted else {})
    access = FhirClient(settings, guard).access_for(HookRequest(
        "patient-view", "x", "Practitioner/1", "p1", fhir_server=f"https://{host}:{port}/fhir", authorization=TOKEN))
    from cds_services.prefetch import Wanted
    assert access is not None
    found = access.search({"patient": Wanted(("Patient/p1",), ("Patient",))})["patient"]
    stub.close()
    assert (found.source.state == "found") is ok
