"""``bookbag install | uninstall``: set a helpdesk account up for us, and take that back."""

import json
import sys
from collections.abc import Sequence

import click

from connectors.administration import Trust
from plugin.cli.answers import merchant_option
from plugin.cli.opened import opened
from plugin.cli.progress import teller
from plugin.installing.apply import apply
from plugin.installing.looking import Look, Site, look, site
from plugin.installing.plan import Do, Step, is_done
from plugin.installing.take_back import look_back, take_back
from plugin.installing.undo import Back, Undo

_NOT_IN_ORDER = 1
_GATE = """
The e-mail gate: while a ticket has the tag bookbag_approval_required, Zendesk stores a public
comment and does not mail it to the customer. The trigger that mails them is cloned with that
condition, and the original is switched off in the same go. It does not hide the comment in the
help center, it does not hold messaging, and taking the tag off later mails nothing. Take it back
with `bookbag uninstall zendesk --email-gate`.
"""

_account = click.option("--account", "account_id", help="Ours; needed where there are several.")
_yes = click.option("--yes", is_flag=True, help="Do it without asking.")
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
_json = click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")


@click.group()
def install() -> None:
    """Set a helpdesk account up for us."""


@install.command("zendesk")
@merchant_option
@_account
@click.option("--ticket-fields", is_flag=True, help="Also show our tags as ticket fields.")
@click.option("--email-gate", is_flag=True, help="Also hold back mail that waits for approval.")
@_yes
@_dry_run
@_json
@click.pass_context
def install_zendesk(
    context: click.Context,
    *,
    merchant: str,
    account_id: str | None,
    ticket_fields: bool,
    email_gate: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make what Bookbag needs in Zendesk: webhook, views, macros, the app in the sidebar.

    Shows a plan first and asks. What is there is found and not made twice, so that it can be run
    again at any time: after a failure, or after an upgrade.

    \b
    bookbag install zendesk --merchant 0192... --account 4f...
    bookbag install zendesk --merchant 0192... --email-gate --dry-run
    """
    with opened() as service:
        where = site(service.runtime, merchant, account_id, "zendesk")
        found = look(where, fields=ticket_fields, gate=email_gate, tell=teller())
        _show_plan(where, [_told(step) for step in found.steps], as_json=as_json)
        if email_gate and not as_json and any(step.do is Do.SWITCH for step in found.steps):
            click.echo(_GATE)
        if is_done(found.steps):
            _say("nothing to do", as_json=as_json)
        elif dry_run:
            _say("nothing was done", as_json=as_json)
        elif _agreed(context, yes=yes, as_json=as_json):
            _install(context, where, found, as_json=as_json)


def _install(context: click.Context, where: Site, found: Look, *, as_json: bool) -> None:
    trust = apply(where, found, teller())
    if trust is not None and trust.public_key is None:
        click.echo(_by_file(where, trust), err=True)
        context.exit(_NOT_IN_ORDER)
    _say("installed", as_json=as_json)


def _by_file(where: Site, trust: Trust) -> str:
    """How an admin gives a key that the helpdesk did not tell."""
    return (
        "All is installed but the app's public key, which Zendesk did not tell: until it is known,"
        " the sidebar lets nobody in. Save it to a file (Admin Center, the app's page) and run:\n"
        f"  bookbag account add-app --merchant {where.scope.merchant_id}"
        f" --account {where.account.id} --public-key-file app.pem --audience {trust.audience}"
    )


@click.group()
def uninstall() -> None:
    """Take back what install made in a helpdesk account."""


@uninstall.command("zendesk")
@merchant_option
@_account
@click.option("--email-gate", is_flag=True, help="Only the e-mail gate.")
@_yes
@_dry_run
@_json
@click.pass_context
def uninstall_zendesk(
    context: click.Context,
    *,
    merchant: str,
    account_id: str | None,
    email_gate: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take back what `bookbag install zendesk` made, and nothing else.

    What was yours becomes what it was; what you changed since is named, and left to you. Tickets,
    notes and tags stay.

    \b
    bookbag uninstall zendesk --merchant 0192... --account 4f...
    """
    with opened() as service:
        where = site(service.runtime, merchant, account_id, "zendesk")
        steps = look_back(where, only_gate=email_gate, tell=teller())
        _show_plan(where, [_told_back(step) for step in steps], as_json=as_json)
        if not steps:
            _say("nothing is installed", as_json=as_json)
        elif dry_run:
            _say("nothing was done", as_json=as_json)
        elif _agreed(context, yes=yes, as_json=as_json):
            take_back(where, steps, teller())
            left = [step for step in steps if step.back is Back.LEAVE and step.thing]
            _say(f"uninstalled; left: {len(left)}" if left else "uninstalled", as_json=as_json)


def _agreed(context: click.Context, *, yes: bool, as_json: bool) -> bool:
    """Whether to go on: told so, or asked on a terminal."""
    if yes:
        return True
    if as_json or not _is_terminal():
        click.echo("bookbag: nothing was done: give --yes, or run it on a terminal", err=True)
        context.exit(_NOT_IN_ORDER)
    agreed = click.confirm("Go on?")
    if not agreed:
        click.echo("nothing was done")
        context.exit(_NOT_IN_ORDER)
    return agreed


def _is_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _told(step: Step) -> dict[str, str | None]:
    return {
        "do": step.do.value,
        "kind": step.kind.value,
        "name": step.name,
        "id": step.thing.id if step.thing else None,
        "note": step.note,
    }


def _told_back(step: Undo) -> dict[str, str | None]:
    return {
        "do": step.back.value,
        "kind": step.kind.value,
        "name": step.name,
        "id": step.thing.id if step.thing else None,
        "note": step.note,
    }


def _show_plan(where: Site, steps: Sequence[dict[str, str | None]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"account": where.account.id, "steps": list(steps)}))
        return
    click.echo(f"{where.account.url}")
    wide = [max((len(str(step[name])) for step in steps), default=0) for name in _COLUMNS]
    for step in steps:
        cells = [str(step[name]).ljust(width) for name, width in zip(_COLUMNS, wide, strict=True)]
        click.echo(f"  {'  '.join(cells)}  {step['note']}".rstrip())


_COLUMNS = ("do", "kind", "name")


def _say(words: str, *, as_json: bool) -> None:
    click.echo(words, err=as_json)
