"""A reverse proxy that ends TLS before the service, with a certificate that nobody vouches for."""

from __future__ import annotations

import datetime
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class TlsDoor:
    """Listens on loopback; each connection is led on as it comes."""

    def __init__(self, host: str) -> None:
        self._context = _context(host)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"https://{host}:{self._listening.getsockname()[1]}"
        self._target = ("127.0.0.1", 0)

    def lead_to(self, address: str) -> None:
        """Where connections are led to, from now on."""
        self._target = ("127.0.0.1", int(urlsplit(address).port or 80))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                threading.Thread(target=self._lead, args=(self._listening.accept()[0],), daemon=True).start()

    def _lead(self, plain: socket.socket) -> None:
        with (suppress(OSError), self._context.wrap_socket(plain, server_side=True) as outside,
              socket.create_connection(self._target) as inside):
            back = threading.Thread(target=_pass_on, args=(inside, outside), daemon=True)
            back.start()
            _pass_on(outside, inside)
            back.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def _context(host: str) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, hashes.SHA256()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pem")
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context.load_cert_chain(file)
    return context


@contextmanager
def tls_door(host: str) -> Iterator[TlsDoor]:
    """A door until the block ends."""
    door = TlsDoor(host)
    try:
        yield door
    finally:
        door.close()
