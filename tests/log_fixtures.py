"""What a test module that writes ``pytest_plugins = ["tests.log_fixtures"]`` may ask for: the service's log."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def propagated(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log lines of the service reach caplog."""
    logger = logging.getLogger("alemtuzumab_cds")
    before, logger.propagate = logger.propagate, True
    caplog.set_level(logging.INFO, "alemtuzumab_cds")
    yield
    logger.propagate = before
