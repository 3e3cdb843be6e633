"""
The keys with which the app shows who it is (private_key_jwt), and their public halves for authorization servers (SM12).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from app.database import StoreUnusable, made_once
from app.settings import Settings
from app.smart.problem import KeysUnusable
from app.smart.registration import SmartRegistration

KEY_FILE = "smart-keys.json"
ALGORITHMS = ("ES384", "RS384")  # the two that a client must be able to sign with, ours first


class SigningKeys:
    """A JWK set of a file that the site gives, or one of each algorithm that is made once in the data folder; else KeysUnusable."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def keys(self) -> KeySet:
        """All keys, with their private members."""
        given = self.settings.smart_keys
        try:
            content = given.read_bytes() if given else made_once(Path(self.settings.data_dir, KEY_FILE), _new)
            found = KeySet.import_key_set(orjson.loads(content))
        except (OSError, StoreUnusable) as problem:
            raise KeysUnusable(f"the keys of the SMART app cannot be had: {problem}") from None
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise KeysUnusable(f"{given or KEY_FILE} is no JWK set") from None
        return KeySet([key for key in found if _algorithm(key)])  # of others, a secret one would be published as it is

    def public(self) -> bytes:
        """The JWK set that authorization servers read."""
        return orjson.dumps(self.keys.as_dict(private=False))

    def signing(self, registration: SmartRegistration, accepted: Sequence[str] = ALGORITHMS) -> tuple[str, Key]:
        """Algorithm and key for a registration: its own choice, else what the server accepts, else what every server must."""
        chosen = (registration.algorithm,) if registration.algorithm else [one for one in ALGORITHMS if one in accepted] or ALGORITHMS
        for algorithm in chosen:
            for key in self.keys:
                if key.is_private and (key.alg or _algorithm(key)) == algorithm and registration.key_id in (None, key.kid):
                    return algorithm, key
        named = f" and keyId {registration.key_id}" if registration.key_id else ""
        raise KeysUnusable(f"the SMART app has no private key for {' or '.join(chosen)}{named}")


def _new() -> bytes:
    keys = [ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}), RSAKey.generate_key(3072, {"use": "sig", "alg": "RS384"})]
    return orjson.dumps(KeySet(keys).as_dict(private=True))


def _algorithm(key: Key) -> str | None:
    if isinstance(key, RSAKey):
        return "RS384"
    return "ES384" if isinstance(key, ECKey) and key.curve_name == "P-384" else None
