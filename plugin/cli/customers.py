"""``bookbag customer export|erase``: what we hold about somebody, and that it shall be gone."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from plugin.cli.answers import json_option, merchant_option, tell
from plugin.cli.opened import opened
from plugin.errors import InvalidInputError
from plugin.privacy import export as exporting
from plugin.privacy.erase import Erased, erase
from plugin.privacy.finding import Found, Subject, find
from plugin.runtime import Runtime
from plugin.store import erasures, merchants, privacy
from plugin.store.scope import Scope

_WORDS = {
    "bb_inbox": "webhooks",
    "bb_draft": "drafts",
    "bb_decision": "decisions",
    "bb_action": "actions",
    "bb_verdict": "verdicts",
    "bb_correction": "corrections",
    "bb_effect": "notes and replies",
    "bb_reservation": "reservations",
    "bb_ticket_customer": "names on tickets",
}


def _who(command: Callable[..., None]) -> Callable[..., None]:
    """How a customer is named."""
    by_id = click.option("--helpdesk-user", help="ACCOUNT:ID, our account's id and theirs in it.")
    return merchant_option(click.option("--email")(by_id(command)))


@click.group()
def customer() -> None:
    """What is held about a customer."""


@customer.command()
@_who
@click.option("--out", default="-", show_default=True, help="A new file; - is stdout.")
@json_option
def export(
    merchant: str, email: str | None, helpdesk_user: str | None, out: str, as_json: bool
) -> None:
    """Write everything we hold about a customer, as JSON.

    \b
    bookbag customer export --merchant 0192... --email maya@example.com --out maya.json
    """
    subject = _subject(email, helpdesk_user)
    with opened() as service:
        scope = _scope(service.runtime, merchant, subject)
        found = find(service.runtime, scope, subject)
        held = exporting.document(service.runtime, scope, found)
    text = json.dumps(held, indent=2) + "\n"
    if out == "-":
        click.echo(text, nl=False)
        return
    _write(Path(out), text)
    tell({"file": out, **_in_words(exporting.counted(held["held"]))}, as_json)


@customer.command("erase")
@_who
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def erase_customer(
    context: click.Context,
    merchant: str,
    email: str | None,
    helpdesk_user: str | None,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase what we hold about a customer. Labels and totals stay; no text does.

    Exit code 1 where something was leaving and a part is still to be done: it follows by itself.

    \b
    bookbag customer erase --merchant 0192... --email maya@example.com --dry-run
    """
    subject = _subject(email, helpdesk_user)
    with opened() as service:
        runtime = service.runtime
        scope = _scope(runtime, merchant, subject)
        found = find(runtime, scope, subject)
        planned = exporting.counted(exporting.document(runtime, scope, found)["held"])
        plan = {"tickets": str(len(found.tickets)), **_in_words(planned)}
        if found.is_empty or dry_run:
            tell({**plan, **_before(runtime, scope, subject), "erased": "nothing"}, as_json)
            return
        if not yes:
            tell(plan, as_json=False)
            click.confirm("Erase it? This cannot be undone", abort=True, err=True)
        done = _erase(runtime, scope, subject, found)
    tell(_outcome(done), as_json)
    if done.left:
        context.exit(1)


def _erase(runtime: Runtime, scope: Scope, subject: Subject, found: Found) -> Erased:
    with runtime.database.write() as session:
        whose = privacy.digest(session, scope, subject.word)
    return erase(
        runtime,
        scope,
        found.tickets,
        why="customer_asked",
        asked_by="command",
        digest=whose,
        webhooks=found.webhooks,
    )


def _outcome(done: Erased) -> Mapping[str, str]:
    told = {
        "erasure": done.id,
        "tickets": f"{done.tickets - done.left} of {done.tickets}",
        **_in_words(done.counts),
    }
    if done.left:
        told["left"] = (
            "a reply or note was leaving on the others; they follow by themselves within minutes"
        )
    return told


def _before(runtime: Runtime, scope: Scope, subject: Subject) -> Mapping[str, str]:
    """Whether, and when, this customer was erased before."""
    with runtime.database.write() as session:
        whose = privacy.digest(session, scope, subject.word)
        earlier = erasures.before(session, scope, [whose])
    return {"erased_before": earlier[-1].begun_at.isoformat()} if earlier else {}


def _in_words(counts: Mapping[str, int]) -> Mapping[str, str]:
    named = ((_WORDS.get(table, table.removeprefix("bb_")), n) for table, n in counts.items())
    return {word: str(number) for word, number in sorted(named) if number}


def _subject(email: str | None, helpdesk_user: str | None) -> Subject:
    if (email is None) is (helpdesk_user is None):
        raise click.UsageError("Give --email, or --helpdesk-user.")
    if helpdesk_user is None:
        return Subject(email=email or "")
    account_id, colon, user_id = helpdesk_user.partition(":")
    if not (account_id and colon and user_id):
        raise InvalidInputError("helpdesk-user", "expected ACCOUNT:ID")
    return Subject(helpdesk_user=(account_id, user_id))


def _scope(runtime: Runtime, merchant: str, subject: Subject) -> Scope:
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        if subject.helpdesk_user is not None:
            merchants.account(session, scope, subject.helpdesk_user[0])
    return scope


def _write(path: Path, text: str) -> None:
    """A new file for its owner alone: it holds everything about somebody."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
