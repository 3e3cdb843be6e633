"""
The command line: `alemtuzumab-cds serve | demo | fixture | …`.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from app.settings import SettingsError, load_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alemtuzumab-cds")
def main() -> None:
    """CDS Hooks services that watch over people treated with alemtuzumab for multiple sclerosis."""


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [CDS_PORT, default 8000].")
@click.option("--host", help="Address to listen on [CDS_HOST, default 127.0.0.1].")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes [CDS_WORKERS, default 2].")
@click.option("--insecure", is_flag=True, default=None, help="Listen beyond this machine without authenticating callers.")
def serve(**given: Any) -> None:
    """Serve the CDS Hooks services until SIGINT or SIGTERM."""
    from app.serve import CannotServe
    from app.serve import serve as serve_until_ended
    try:
        status = serve_until_ended(load_settings(**given))
    except (SettingsError, CannotServe) as problem:
        click.echo(f"alemtuzumab-cds cannot start:\n{problem}" if "\n" in str(problem) else f"alemtuzumab-cds: {problem}", err=True)
        status = 1
    sys.exit(status)


def _add_what_is_there() -> None:
    """The commands of other modules."""
    try:
        from app.demo import demo
        main.add_command(demo)
    except ImportError:
        pass
    try:
        from app.fixture_commands import fixture
        main.add_command(fixture)
    except ImportError:
        pass


_add_what_is_there()

if __name__ == "__main__":
    main()
