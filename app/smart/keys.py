"""
The keys with which the app shows who it is (private_key_jwt), and their public halves for authorization servers (SM12).
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import orjson
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from app.database import made_once
from app.settings import Settings

KEY_FILE = "smart-keys.json"
ALGORITHMS = ("ES384", "RS384")  # the two that a client must be able to sign with, ours first


class SigningKeys:
    """A JWK set of a file that the site gives, or one of each algorithm that is made once in the data folder."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def keys(self) -> KeySet:
        """All keys, with their private members."""
        given = self.settings.smart_keys
        content = given.read_bytes() if given else made_once(Path(self.settings.data_dir, KEY_FILE), _new)
        return KeySet.import_key_set(orjson.loads(content))

    def public(self) -> bytes:
        """The JWK set that authorization servers read."""
        return orjson.dumps(self.keys.as_dict(private=False))

    def signing(self, algorithm: str, key_id: str | None = None) -> Key:
        """The key of this id, or the first that signs with this algorithm."""
        fitting = (key for key in self.keys if (key.alg or _algorithm(key)) == algorithm and key_id in (None, key.kid))
        return next(fitting)


def _new() -> bytes:
    keys = [ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}), RSAKey.generate_key(3072, {"use": "sig", "alg": "RS384"})]
    return orjson.dumps(KeySet(keys).as_dict(private=True))


def _algorithm(key: Key) -> str | None:
    if isinstance(key, RSAKey):
        return "RS384"
    return "ES384" if isinstance(key, ECKey) and key.curve_name == "P-384" else None
