"""Node with the packages of tests/node, which others wrote: a CDS client, an authorization server, a check of accessibility."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"
INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--engine-strict=false", "--loglevel=error")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="session")
def node() -> Start:
    """Starts a script of tests/node, with pipes; skipped, with the reason, where Node or a package cannot be had."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if not found or not npm:
        pytest.skip("NOT RUN: Node and npm are not installed (apt-get install nodejs npm)")
    told = subprocess.run([npm, *INSTALL], cwd=FOLDER, capture_output=True, text=True, timeout=180, check=False)
    if told.returncode:
        pytest.skip(f"NOT RUN: npm could not install the packages of tests/node/package.json: {told.stderr.strip()[-300:]}")

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([found, script, *arguments], cwd=FOLDER, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    return start


@pytest.fixture(scope="session")
def axe(node: Start) -> str:
    """The script that looks at a page as assistive technology does."""
    return (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
