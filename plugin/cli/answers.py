"""What many commands share: whose, and how an answer is printed."""

import json
from collections.abc import Mapping

import click

merchant_option = click.option("--merchant", required=True, help="The merchant's id.")
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


def show(record: Mapping[str, str], as_json: bool) -> None:
    """One line of a list."""
    click.echo(json.dumps(dict(record)) if as_json else "  ".join(record.values()))


def tell(answer: Mapping[str, str], as_json: bool) -> None:
    """The answer to one question, a line a field."""
    if as_json:
        click.echo(json.dumps(dict(answer)))
    else:
        for name, value in answer.items():
            click.echo(f"{name.replace('_', ' ')}: {value}")
