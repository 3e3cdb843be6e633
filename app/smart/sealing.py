"""
What a session holds, sealed with two secrets: the server's, and the one that the browser alone keeps.

Neither the database nor the data folder opens it, nor both together (SM19).
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"alemtuzumab-cds SMART session\0"


def sealed(content: bytes, server_secret: bytes, browser_secret: str, name: str) -> str:
    """The content as text that only these two secrets open, under this name alone."""
    return _box(server_secret, browser_secret, name).encrypt(content).decode()


def opened(text: str, server_secret: bytes, browser_secret: str, name: str) -> bytes | None:
    """What was sealed; None where a secret is another one."""
    try:
        return _box(server_secret, browser_secret, name).decrypt(text)
    except InvalidToken:
        return None


def _box(server_secret: bytes, browser_secret: str, name: str) -> Fernet:
    made = HKDF(SHA256(), 32, salt=server_secret, info=_PURPOSE + name.encode()).derive(browser_secret.encode())
    return Fernet(base64.urlsafe_b64encode(made))
