"""``bookbag events list|replay`` and ``bookbag corrections list|export``."""

import json
import sys

import click

from plugin import intake
from plugin.cli.answers import merchant_option
from plugin.cli.opened import opened
from plugin.errors import MovedError
from plugin.learning.exports import csv_lines, json_lines, records
from plugin.models import InboxState
from plugin.store import audit, inbox, merchants
from plugin.store import corrections as correction_rows

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_limit = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))


@click.group()
def events() -> None:
    """Webhooks as they were stored."""


@events.command("list")
@merchant_option
@click.option("--state", type=click.Choice([state.value for state in InboxState]))
@_limit
@_json
def list_events(merchant: str, state: str | None, limit: int, as_json: bool) -> None:
    """Show the newest webhooks and what became of each.

    \b
    bookbag events list --merchant 0192... --state failed
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        wanted = InboxState(state) if state else None
        for event in inbox.recent(session, scope, state=wanted, limit=limit):
            record = {
                "id": event.id,
                "received_at": event.received_at.isoformat(),
                "type": event.vendor_type,
                "ticket": event.ticket_id,
                "state": event.state.value,
                "attempts": event.attempts,
                "next_try": event.due_at.isoformat() if event.attempts else None,
                "reason": event.reason,
            }
            plain = "  ".join(str(value or "-") for value in record.values())
            click.echo(json.dumps(record) if as_json else plain)
        if not as_json:
            click.echo("id, received, type, ticket, state, attempts, next try, reason", err=True)


@events.command()
@click.argument("event_id", required=False)
@merchant_option
@click.option("--failed", is_flag=True, help="All that failed, oldest first, instead of one.")
@click.pass_context
def replay(context: click.Context, event_id: str | None, merchant: str, *, failed: bool) -> None:
    """Take a failed or ignored webhook up again, or all that failed.

    Exit code 1 where some still cannot be used.

    \b
    bookbag events replay 0192... --merchant 0192...
    bookbag events replay --failed --merchant 0192...
    """
    if failed is (event_id is not None):
        raise click.UsageError("Give an event, or --failed.")
    with opened() as service:
        with service.database.read() as session:
            scope = merchants.require_merchant(session, merchant)
            found = [event_id] if event_id else inbox.failed(session, scope)
        refused = 0
        for one in found:
            try:
                intake.replay(service.runtime, scope, one)
            except MovedError as why:
                if event_id:
                    raise
                refused += 1
                click.echo(f"{one}: {why}", err=True)
    done = len(found) - refused
    click.echo("taken up again" if event_id else f"{done} of {len(found)} taken up again")
    if refused:
        context.exit(1)


@click.group()
def corrections() -> None:
    """Drafts against what was really sent."""


@corrections.command("list")
@merchant_option
@_limit
@_json
def list_corrections(merchant: str, limit: int, as_json: bool) -> None:
    """Show the newest corrections.

    \b
    bookbag corrections list --merchant 0192... --json
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        for row in correction_rows.recent(session, scope, limit=limit):
            record = {
                "id": row.id,
                "at": row.created_at.isoformat(),
                "ticket": row.ticket_id,
                "draft": row.draft_id,
                "outcome": row.outcome.value,
                "material": row.material,
                "hter": row.hter,
                "similarity": row.similarity,
            }
            plain = "  ".join(str(value) for value in record.values())
            click.echo(json.dumps(record) if as_json else plain)


@corrections.command()
@merchant_option
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl")
def export(merchant: str, form: str) -> None:
    """Write all corrections with their texts to stdout, oldest first.

    JSON Lines keep every text exactly. CSV is for spreadsheets: a cell that begins like a formula
    gets an apostrophe in front.

    \b
    bookbag corrections export --merchant 0192... --format csv >corrections.csv
    """
    out = sys.stdout.buffer
    with opened() as service:
        with service.database.write() as session:
            scope = merchants.require_merchant(session, merchant)
            what, now = {"what": "corrections", "format": form}, service.runtime.now()
            audit.add(session, scope, at=now, actor="command", event="exported", detail=what)
        with service.database.read() as session:
            found = records(session, scope)
            for line in csv_lines(found) if form == "csv" else json_lines(found):
                out.write(line.encode())
    out.flush()
