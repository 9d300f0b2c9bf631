"""``bookbag policy check | decide | replay | activate``."""

import dataclasses
import json
import os
from datetime import timedelta
from pathlib import Path

import click

from plugin.cli.answers import json_option, merchant_option
from plugin.cli.filters import read_text
from plugin.cli.jsonl import run_filter
from plugin.errors import Problem

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """Check, try and activate policy files."""


def _since(context: click.Context, option: click.Parameter, words: str) -> timedelta:
    from marshmallow import ValidationError  # noqa: PLC0415 (loaded when needed)

    from plugin.policy.values import duration  # noqa: PLC0415 (the same)

    del context, option
    try:
        return timedelta(seconds=duration(words))
    except ValidationError as wrong:
        raise click.BadParameter(str(wrong.messages[0])) from wrong


@policy.command()
@click.argument("file", type=_FILE)
@click.option("--merchant", help="Also tell which tags and intents this merchant's tickets lack.")
@click.option("--json", "as_json", is_flag=True, help="Problems as a JSON list.")
@click.pass_context
def check(context: click.Context, file: Path, merchant: str | None, as_json: bool) -> None:
    """Tell all that is wrong with FILE. Exit 1 with errors, 0 with warnings alone.

    \b
    bookbag policy check policies.yaml
    bookbag policy check policies.yaml --merchant 0192...
    """
    source = read_text(file)
    problems = _checked(source) if merchant is None else _checked_for(merchant, source)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(problem) for problem in problems]))
    else:
        for problem in problems:
            click.echo(
                f"{file}:{problem.line}: {problem.level}: {problem.field}: {problem.message}"
            )
        if not problems:
            click.echo(f"{file}: in order")
    context.exit(1 if any(problem.level == "error" for problem in problems) else 0)


def _checked(source: str) -> list[Problem]:
    from plugin.policy.load import check as checked  # noqa: PLC0415 (loaded when needed)

    return checked(source)


def _checked_for(merchant: str, source: str) -> list[Problem]:
    from plugin.cli.opened import opened  # noqa: PLC0415 (loaded when needed)
    from plugin.sightings import check_for  # noqa: PLC0415 (the same)

    with opened() as service:
        return check_for(service.runtime, merchant, source)


@policy.command()
@click.argument("file", type=_FILE)
@click.option(
    "--stateful",
    is_flag=True,
    help="Let lines use up limits in input order; held lines count, blocked ones do not.",
)
@click.option("--explain", is_flag=True, help="Tell what would have let a held draft pass.")
@click.pass_context
def decide(context: click.Context, file: Path, stateful: bool, explain: bool) -> None:
    """Decide about drafts by FILE. JSON Lines in and out.

    \b
    bookbag policy decide policies.yaml <drafts.jsonl

    A line of drafts.jsonl; what is left out is not known:

    \b
    {"text": "Done.", "tags": [], "actions": [{"type": "refund", "amount": "60.00"}]}
    """
    from plugin.policy.history import History  # noqa: PLC0415 (loaded when needed)
    from plugin.policy.load import load  # noqa: PLC0415 (the same)
    from plugin.policy.record import decide_line  # noqa: PLC0415 (the same)

    loaded, history = load(read_text(file)), History() if stateful else None
    context.exit(run_filter(lambda record: decide_line(loaded, record, history, explain=explain)))


@policy.command()
@click.argument("file", type=_FILE)
@merchant_option
@click.option(
    "--since",
    default="90d",
    show_default=True,
    callback=_since,
    help="How far back, such as 12h or 30d; at most 366d.",
)
@json_option
def replay(file: Path, merchant: str, since: timedelta, *, as_json: bool) -> None:
    """Tell what FILE would have decided about stored drafts, beside what was decided and done.

    Nothing is changed, and nobody is asked.

    \b
    bookbag policy replay policies.yaml --merchant 0192... --since 30d
    bookbag policy replay policies.yaml --merchant 0192... --json
    """
    from plugin.cli.opened import opened  # noqa: PLC0415 (loaded when needed)
    from plugin.cli.replay_words import lines, progress  # noqa: PLC0415 (the same)
    from plugin.policy.load import load  # noqa: PLC0415 (the same)
    from plugin.replay import replay as replayed  # noqa: PLC0415 (the same)
    from plugin.replayed import to_json  # noqa: PLC0415 (the same)
    from plugin.store.merchants import require_merchant  # noqa: PLC0415 (the same)

    loaded = load(read_text(file))
    with opened() as service:
        with service.database.read() as session:
            scope = require_merchant(session, merchant)
        start = service.runtime.now() - since
        with progress(shown=not as_json) as on_progress:
            found = replayed(service.database, scope, loaded, since=start, on_progress=on_progress)
    click.echo(json.dumps(to_json(found)) if as_json else "\n".join(lines(found)))


@policy.command()
@click.argument("file", type=_FILE)
@click.option("--merchant", required=True, help="The merchant's id.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def activate(file: Path, merchant: str, dry_run: bool, as_json: bool) -> None:
    """Put FILE in force for a merchant. A bad file is refused; the last good one stays.

    What it changes of the version in force is shown on stderr.

    \b
    bookbag policy activate policies.yaml --merchant 0192... --dry-run
    bookbag policy activate policies.yaml --merchant 0192...
    """
    from plugin.cli.opened import opened  # noqa: PLC0415 (loaded when needed)
    from plugin.onboarding import activate_policy, policy_changes  # noqa: PLC0415 (the same)

    with opened() as service:
        source, by = read_text(file), os.environ.get("USER", "command line")
        changes = policy_changes(service.runtime, merchant, source)
        click.echo(changes or "nothing changes\n", err=True, nl=False)
        if dry_run:
            if as_json:
                click.echo(json.dumps({"changes": changes}))
            return
        number = activate_policy(service.runtime, merchant, source, by=by)
    click.echo(json.dumps({"version": number}) if as_json else f"version {number} is in force")
