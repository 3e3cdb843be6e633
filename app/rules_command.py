"""
``alemtuzumab-cds rules``: the rule catalogue in the terminal, and written to docs/rules.md.
"""

from __future__ import annotations

from pathlib import Path

import click


class CannotWrite(click.ClickException):
    """The file cannot be written; said in one line."""

    exit_code = 2


@click.command()
@click.option("--write", metavar="FILE", help="Write the catalogue as Markdown to this file, such as docs/rules.md.")
def rules(write: str | None) -> None:
    """List the rules: id, highest indicator, hooks and title, by family; or write the whole catalogue."""
    if write is None:
        _list()
        return
    from cds_services.rule_page.markdown import rules_markdown
    try:
        Path(write).write_text(rules_markdown(), encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"{write}: {error.strerror}") from None
    click.echo(f"wrote {write}")


def _list() -> None:
    from cds_services.rule_page import FAMILIES, family_of
    from cds_services.rules import RULES
    width = max(len(rule.id) for rule in RULES)
    for family in dict.fromkeys((*FAMILIES.values(), *map(family_of, RULES))):
        click.echo(family)
        for rule in RULES:
            if family_of(rule) == family:
                click.echo(f"  {rule.id:{width}}  {rule.highest:8}  {', '.join(rule.hooks)}: {rule.title}")
