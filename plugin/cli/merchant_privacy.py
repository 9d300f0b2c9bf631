"""``bookbag merchant show|set-retention|set-learning``: a merchant's choices about data."""

from typing import Any

import click

from plugin.cli.answers import json_option, merchant_option, tell
from plugin.cli.opened import opened
from plugin.privacy.retention import check_days
from plugin.runtime import Runtime
from plugin.store import audit, merchants, privacy


@click.command()
@merchant_option
@json_option
def show(merchant: str, as_json: bool) -> None:
    """Show what a merchant chose about data.

    \b
    bookbag merchant show --merchant 0192...
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        chosen = privacy.choices(session, scope)
        habits = merchants.has_habits(session, scope)
    days = {f"days of {kind}": str(number or "kept") for kind, number in chosen.days.items()}
    switches = {"learning": chosen.learning, "habits": habits}
    tell({**{name: "on" if on else "off" for name, on in switches.items()}, **days}, as_json)


@click.command("set-retention")
@merchant_option
@click.argument("kind", type=click.Choice(list(privacy.DEFAULT_DAYS)))
@click.argument("days", type=int)
def set_retention(merchant: str, kind: str, days: int) -> None:
    """Say for how many days a kind of data is kept; 0 keeps it until somebody erases it.

    What is older goes within minutes, and does not come back.

    \b
    bookbag merchant set-retention --merchant 0192... webhooks 14
    """
    check_days(kind, days)
    with opened() as service:
        _choose(service.runtime, merchant, {"kind": kind, "days": days}, days={kind: days})
    click.echo(f"{kind} are kept " + (f"for {days} days" if days else "until somebody erases them"))


@click.command("set-learning")
@merchant_option
@click.argument("choice", type=click.Choice(["on", "off"]))
def set_learning(merchant: str, choice: str) -> None:
    """Say whether corrections and approved answers may make later drafts better.

    \b
    bookbag merchant set-learning --merchant 0192... off
    """
    with opened() as service:
        _choose(service.runtime, merchant, {"learning": choice}, learning=choice == "on")
    click.echo(f"learning is {choice}")


def _choose(runtime: Runtime, merchant: str, detail: dict[str, object], **chosen: Any) -> None:
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant)
        privacy.choose(session, scope, **chosen)
        audit.add(session, scope, at=now, actor="command", event="privacy_changed", detail=detail)
