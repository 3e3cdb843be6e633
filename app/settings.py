"""
What a site chooses: the environment (`CDS_…`) over one TOML file (named by `CDS_CONFIG`) over the defaults.

This is the only place that reads the environment. A setting that cannot be used stops the start; all are named at once.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, FilePath, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from app.profiles import FhirSettings, Profiles
from cds_services.policy import policy_for

PREFIX = "CDS_"
MEBIBYTE = 1024 * 1024
SHORTEST_KEY = 16  # characters


class SettingsError(Exception):
    """The settings cannot be used; `problems` says why, one line each, in words for the person who set them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def _words(value: Any) -> Any:
    """A list from `a, b` as the environment writes it; a list from TOML stays."""
    return [part for part in re.split(r"[\s,]+", value) if part] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """All settings, with their defaults; each can be given as `CDS_<NAME>` or as a line of the TOML file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    jurisdiction: Literal["US", "EU", "UK", "CH", "strictest"] = "US"
    time_zone: str = "UTC"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    base_url: str = ""  # the public address; http://host:port where it is not given
    workers: int = Field(2, ge=1, le=64)
    max_body_bytes: int = Field(32 * MEBIBYTE, ge=1024)
    prefetch: Literal["full", "exposure"] = "full"
    rules_off: Words = ()
    intervals: dict[str, dict[str, int]] = Field(default_factory=dict)  # days of a site's own, such as intervals.monthly.overdue
    cors_origins: Words = ()
    insecure: bool = False
    data_dir: Path = Path("data")  # holds the database and the key of its hashes, unless those are given
    database_url: SecretStr = SecretStr("")  # a SQLite file of the data folder where it is not given
    hash_key: SecretStr = SecretStr("")  # made once and kept in the data folder where it is not given
    smart_keys: FilePath | None = None  # JWK set whose keys sign for the SMART app; made once in the data folder where not given
    retention_days: int = Field(365, ge=1, le=36500)
    fhir: FhirSettings = FhirSettings()
    clients: Profiles = ()
    config: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, **others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the command line gives, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, os.environ.get(f"{PREFIX}CONFIG") or None)

    @field_validator("jurisdiction", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return "strictest" if value.lower() == "strictest" else value.upper()

    @field_validator("time_zone")
    @classmethod
    def _a_known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError):
            raise ValueError("must be a time zone of the IANA list, such as Europe/Berlin") from None
        return value

    @field_validator("intervals")
    @classmethod
    def _intervals_that_may_be_set(cls, value: dict[str, dict[str, int]], info: ValidationInfo) -> dict[str, dict[str, int]]:
        wrong = []
        for name, days in value.items():
            try:
                policy_for(info.data.get("jurisdiction", "US"), {name: days})
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError("; ".join(wrong))
        return value

    @field_validator("base_url")
    @classmethod
    def _a_plain_address(cls, value: str) -> str:
        if value and not _is_plain_address(value):
            raise ValueError("must be an http or https address without user name, query or fragment")
        return value.rstrip("/")

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [one for one in value if one != "*" and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", one)]
        if wrong:
            raise ValueError(f"must hold origins such as https://ehr.example, without a path: {', '.join(wrong)}")
        return value

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"|sqlite:///(?!:memory:).+|postgres(ql)?(\+psycopg)?://.+", value.get_secret_value()):
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return value

    @field_validator("hash_key")
    @classmethod
    def _a_long_key(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"must have at least {SHORTEST_KEY} characters that nobody can guess")
        return value

    @property
    def public_url(self) -> str:
        """The address that clients use, without a slash at its end; never taken from a request (D10)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return self.host == "localhost"
        return address in ipaddress.ip_network("127.0.0.0/8") if address.version == 4 else address == ipaddress.ip_address("::1")

    @property
    def dev_mode(self) -> bool:
        """Whether this is a development server: on loopback, and no client has to show who it is."""
        return self.on_loopback


def load_settings(**given: Any) -> Settings:
    """The settings, where `given` (what is not None) wins; SettingsError with every problem."""
    _check_file(os.environ.get(f"{PREFIX}CONFIG"))
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_in_words(one) for one in error.errors(include_url=False)) from None
    if not settings.on_loopback and not settings.insecure:
        raise SettingsError([NOT_YET_SAFE.format(host=settings.host)])
    return settings


NOT_YET_SAFE = (
    "host {host}: clients are not authenticated yet, so the service listens to this machine alone (127.0.0.1). "
    "To open it to a network that you trust, add --insecure or set CDS_INSECURE=1."
)


def unknown_names() -> list[str]:
    """The `CDS_…` variables that are no setting: most likely a slip of the pen."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _check_file(path: str | None) -> None:
    if not path:
        return
    try:
        tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"CDS_CONFIG: {path} cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"CDS_CONFIG: {path} is not TOML: {error}"]) from None


def _in_words(error: Any) -> str:
    first, *inner = error["loc"] or ("settings",)
    name = str(first) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    if error["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    variable = "" if inner else f" ({PREFIX}{name.upper()})"
    return f"{name}{variable}: {error['msg'].removeprefix('Value error, ')}"


def _is_plain_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        plain = not (parts.query or parts.fragment or parts.username or re.search(r"\s", value))
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False
