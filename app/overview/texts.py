"""
The page's words, by name: all of them stand in texts.toml, for translation.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def texts() -> dict[str, str]:
    """Every text by its name, "table.key"."""
    tables = tomllib.loads(files("app.overview").joinpath("texts.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, entries in tables.items() for key, text in entries.items()}


def text(name: str, /, **values: Any) -> str:
    """The text of this name, its placeholders filled; KeyError where there is none."""
    return texts()[name].format(**values)
