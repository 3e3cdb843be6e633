"""``alemtuzumab-cds fixture``: the synthetic patients, as Bundles or as ready hook calls."""

import json
from datetime import UTC, datetime, timedelta

import click

from cds_services.services import SERVICES
from fhir_fixtures import HOOKS, hook_request, load, stories


@click.group()
def fixture() -> None:
    """Show the synthetic patients that come with the program."""


@fixture.command("list")
def list_stories() -> None:
    """List the stories: name, the hook each is made for, and what it is about."""
    width = max(len(story.name) for story in stories())
    for story in stories():
        click.echo(f"{story.name:{width}}  {story.hook:12}  {story.title}")


@fixture.command("show")
@click.argument("name")
@click.option("--hook", type=click.Choice(HOOKS), help="Print the hook call that an EHR would send, with its prefetch.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Count the dates from noon (UTC) of this day instead of from now.")
def show(name: str, hook: str | None, on: datetime | None) -> None:
    """Print story NAME as a FHIR transaction Bundle with real dates, or as a hook call (--hook)."""
    now = on.replace(tzinfo=UTC) + timedelta(hours=12) if on else datetime.now(UTC)
    try:
        story = load(name, now)
        printed = hook_request(story, hook, prefetch_templates(hook)) if hook else story.bundle
    except (KeyError, ValueError) as wrong:
        raise click.ClickException(str(wrong.args[0])) from None
    click.echo(json.dumps(printed, indent=2, ensure_ascii=False))


def prefetch_templates(hook: str) -> dict[str, str]:
    """The prefetch templates of our own services for ``hook``, as discovery publishes them."""
    return {key: template for service in SERVICES if service.hook == hook for key, template in service.prefetch().items()}
