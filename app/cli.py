"""
The command line: `alemtuzumab-cds serve | demo | assess | rules | feedback | fixture`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from app.settings import SettingsError, load_settings

# Commands of other modules, imported only when they are asked for: `serve` starts without them.
ELSEWHERE = {
    "assess": "app.assess_command:assess",
    "demo": "app.demo:demo",
    "feedback": "app.feedback_command:feedback",
    "fixture": "app.fixture_commands:fixture",
    "rules": "app.rules_command:rules",
}


class LazyGroup(click.Group):
    """A group that imports a command of another module when it is called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in ELSEWHERE:
            return super().get_command(ctx, name)
        module, _, attribute = ELSEWHERE[name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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


if __name__ == "__main__":
    main()
