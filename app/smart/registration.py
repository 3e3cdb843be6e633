"""
This service as an app of one EHR's authorization server: the TOML table `[clients.smart]` of its client.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FilePath, SecretStr, model_validator
from pydantic.alias_generators import to_camel

from app.origins import Origins

_HOST = re.compile(r"[a-z0-9.\-]+|[0-9a-f:.]+")
_SCOPE = re.compile(r"[!#-\[\]-~]+")  # RFC 6749, section 3.3


def _hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in values if not _HOST.fullmatch(one)]
    if wrong:
        raise ValueError(f"must hold host names in lower case, such as auth.ehr.example: {', '.join(wrong)}")
    return values


def _scopes(values: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in values if not _SCOPE.fullmatch(one)]
    if wrong:
        raise ValueError(f"must hold scopes such as patient/Observation.rs: {', '.join(wrong)}")
    return values


Hosts = Annotated[tuple[str, ...], AfterValidator(_hosts)]
Scopes = Annotated[tuple[str, ...], AfterValidator(_scopes)]


class SmartRegistration(BaseModel):
    """How the app is registered there, and where its pages may be embedded."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    client_id: str = Field(min_length=1, pattern=r"^[ -~]+$")
    method: Literal["public", "client_secret", "private_key_jwt"] = "public"
    client_secret: SecretStr | None = None
    client_secret_file: FilePath | None = None  # read anew for each use, so that it can be changed under a running service
    algorithm: Literal["ES384", "RS384"] | None = None  # of private_key_jwt; by what the server says it takes where not given
    key_id: str | None = None  # which of our keys signs; the first of the algorithm where not given
    scopes: Scopes = ()  # instead of those that the rules need
    access: Literal["online_access", "offline_access"] | None = None  # asks for a refresh token
    frame_ancestors: Origins = ()
    authorization_hosts: Hosts = ()  # with privateNetwork: further hosts that may have addresses of the site's own network

    @model_validator(mode="after")
    def _secret_where_there_is_one(self) -> SmartRegistration:
        given = (self.client_secret is not None) + (self.client_secret_file is not None)
        if self.method == "client_secret" and given != 1:
            raise ValueError("method client_secret needs clientSecret or clientSecretFile, one of them")
        if self.method != "client_secret" and given:
            raise ValueError(f"method {self.method} has no client secret")
        if self.method == "client_secret" and not re.fullmatch(r"[ -~]+", self.secret):
            raise ValueError("the client secret must be printable ASCII, and not empty")
        return self

    @property
    def secret(self) -> str:
        """The client secret."""
        if self.client_secret_file is not None:
            return self.client_secret_file.read_text(encoding="utf-8").strip()
        return self.client_secret.get_secret_value() if self.client_secret is not None else ""


DEVELOPMENT = SmartRegistration(client_id="alemtuzumab-cds")  # a public client, at servers of this machine in development mode alone
