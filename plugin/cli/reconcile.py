"""``bookbag reconcile``: after an outage, find at once what nobody told us of."""

import json
import threading
from datetime import UTC, datetime, timedelta

import click
from marshmallow import ValidationError

from plugin.cli.answers import json_option, merchant_option
from plugin.cli.opened import opened
from plugin.policy.values import duration
from plugin.reconciling.by_hand import Progress, whole_round
from plugin.runtime import Runtime
from plugin.store import merchants, reconciling
from plugin.store.schema import Account
from plugin.store.scope import Scope

Since = datetime | timedelta | None


def _since(context: click.Context, option: click.Parameter, words: str | None) -> Since:
    del context, option
    if words is None:
        return None
    try:
        return timedelta(seconds=duration(words))
    except ValidationError:
        pass
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise click.BadParameter("expected 24h, 3d or a time such as 2026-05-04T10:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@merchant_option
@click.option("--account", "account_id", help="Only this account.")
@click.option(
    "--since",
    callback=_since,
    help="Begin so long ago, as 24h or 3d, or at a time; else where the last round ended.",
)
@json_option
def reconcile(*, merchant: str, account_id: str | None, since: Since, as_json: bool) -> None:
    """Find in the helpdesk what no webhook told, after an outage.

    What is found is handled by the workers, the oldest deadline first. It is safe to run at any
    time and more than once: nothing is drafted, sent or counted twice.

    \b
    bookbag reconcile --merchant 0192... --since 24h
    """
    with opened() as service:
        with service.database.read() as session:
            scope = merchants.require_merchant(session, merchant)
            accounts = (
                [merchants.account(session, scope, account_id)]
                if account_id
                else merchants.accounts(session, scope)
            )
        for account in accounts:
            begin = service.runtime.now() - since if isinstance(since, timedelta) else since
            _one(service.runtime, scope, account, begin, as_json=as_json)


def _one(
    runtime: Runtime, scope: Scope, account: Account, since: datetime | None, *, as_json: bool
) -> None:
    found = 0
    for progress in whole_round(runtime, scope, account, since=since, wait=threading.Event().wait):
        found = progress.found
        if not progress.end:
            _tell_progress(progress)
    with runtime.database.read() as session:
        row = reconciling.of_account(session, scope, account.id)
    gap = None if row is None or row.gap_from is None else (row.gap_from, row.gap_to)
    if as_json:
        record = {
            "account": account.id,
            "found": found,
            "until": row.since.isoformat() if row else None,
            "gap": [moment.isoformat() if moment else None for moment in gap] if gap else None,
        }
        click.echo(json.dumps(record))
        return
    click.echo(f"{account.url}: {found} found that no webhook had told")
    if gap:
        click.echo(f"  nobody can say what happened from {gap[0]:%F %R} to {gap[1]:%F %R} UTC")


def _tell_progress(progress: Progress) -> None:
    """On stderr, so that the answer stands alone."""
    waits = f"; the helpdesk wants {progress.waits:.0f} s" if progress.waits else ""
    click.echo(f"  up to {progress.until:%F %R} UTC, {progress.found} found{waits}", err=True)
