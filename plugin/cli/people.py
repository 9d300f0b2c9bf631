"""The merchant's people, by command."""

import click

from connectors.types import Money
from plugin import onboarding
from plugin.cli.answers import json_option, merchant_option, show, tell
from plugin.cli.opened import opened
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.staff import changes
from plugin.store import credentials, merchants, people


@click.group()
def user() -> None:
    """People who give verdicts."""


@user.command("add")
@merchant_option
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--limit", help="The most money one approval may move, such as 100.00.")
@click.option("--currency", default="USD", show_default=True, help="The limit's currency.")
@click.option("--helpdesk-user", help="ACCOUNT:ID, our account's id and their id in the helpdesk.")
@json_option
def add_user(
    *,
    merchant: str,
    email: str,
    name: str,
    role: str,
    limit: str | None,
    currency: str,
    helpdesk_user: str | None,
    as_json: bool,
) -> None:
    """Add a person.

    \b
    bookbag user add --merchant 0192... --email lena@larkspur.example --name "Lena Ortiz" \\
      --role lead --limit 200.00 --helpdesk-user 4f...:360001
    """
    with opened() as service:
        person_id = onboarding.add_person(
            service.runtime,
            merchant,
            email=email,
            name=name,
            role=Role(role),
            limit=_limit(limit, currency),
            helpdesk_user=None if helpdesk_user is None else _helpdesk_user(helpdesk_user),
        )
    tell({"id": person_id}, as_json)


@user.command("link")
@merchant_option
@click.option("--email", required=True)
@click.option("--helpdesk-user", required=True, help="ACCOUNT:ID, as for `user add`.")
@json_option
def link_user(merchant: str, email: str, helpdesk_user: str, as_json: bool) -> None:
    """Say who a person is in a helpdesk, in place of what was said before.

    \b
    bookbag user link --merchant 0192... --email lena@larkspur.example --helpdesk-user 4f...:360001
    """
    known = _helpdesk_user(helpdesk_user)
    with opened() as service:
        person_id = onboarding.link_person(service.runtime, merchant, email, helpdesk_user=known)
    tell({"id": person_id}, as_json)


@user.command("list")
@merchant_option
@json_option
def list_users(merchant: str, as_json: bool) -> None:
    """Show a merchant's people.

    \b
    bookbag user list --merchant 0192...
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        for row in people.everybody(session, scope, deactivated=True):
            limit = people.limit_of(row)
            shown = {"id": row.id, "email": row.email, "name": row.name, "role": row.role.value}
            state = "deactivated" if row.deactivated_at else "active"
            show({**shown, "limit": str(limit) if limit else "none", "state": state}, as_json)


@user.command()
@merchant_option
@click.option("--email", required=True)
@json_option
def invite(merchant: str, email: str, as_json: bool) -> None:
    """Print a link that signs a person in, once, within a day.

    \b
    bookbag user invite --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        link = onboarding.invite(service.runtime, merchant, email)
    tell({"link": link}, as_json)


@user.command("set")
@merchant_option
@click.option("--email", required=True, help="Whose rights change.")
@click.option("--name")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--limit", help="The most money one approval may move, such as 100.00.")
@click.option("--no-limit", is_flag=True, help="They may approve any amount.")
@click.option("--currency", default="USD", show_default=True, help="The limit's currency.")
@click.option("--helpdesk-user", help="ACCOUNT:ID, as for `user add`.")
@json_option
def set_user(
    *,
    merchant: str,
    email: str,
    name: str | None,
    role: str | None,
    limit: str | None,
    no_limit: bool,
    currency: str,
    helpdesk_user: str | None,
    as_json: bool,
) -> None:
    """Change what a person may do. What is not named stays.

    \b
    bookbag user set --merchant 0192... --email lena@larkspur.example --role admin --no-limit
    """
    if no_limit and limit is not None:
        raise click.UsageError("Give --limit or --no-limit, not both.")
    with opened() as service:
        scope, person = onboarding.somebody(service.runtime, merchant, email)
        now = changes.rights_of(person)
        wanted = changes.Rights(
            name=name or now.name,
            role=Role(role) if role else now.role,
            limit=None if no_limit else _limit(limit, currency) or now.limit,
            helpdesk_user=_helpdesk_user(helpdesk_user) if helpdesk_user else now.helpdesk_user,
        )
        changed = changes.change(service.runtime, scope, changes.COMMAND, person.id, wanted)
    tell({"id": person.id, "changed": "yes" if changed else "no"}, as_json)


@user.command()
@merchant_option
@click.option("--email", required=True)
@json_option
def deactivate(merchant: str, email: str, as_json: bool) -> None:
    """Let a person do nothing any more and end their sessions. Their verdicts stay.

    \b
    bookbag user deactivate --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        scope, person = onboarding.somebody(service.runtime, merchant, email)
        changes.deactivate(service.runtime, scope, changes.COMMAND, person.id)
    tell({"id": person.id, "state": "deactivated"}, as_json)


@user.command()
@merchant_option
@click.option("--email", required=True)
@json_option
def reactivate(merchant: str, email: str, as_json: bool) -> None:
    """Let a person back in. They need a fresh invitation: `user invite`.

    \b
    bookbag user reactivate --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        scope, person = onboarding.somebody(service.runtime, merchant, email)
        changes.reactivate(service.runtime, scope, changes.COMMAND, person.id)
    tell({"id": person.id, "state": "active"}, as_json)


@user.command()
@merchant_option
@click.option("--email", required=True)
@click.option("--end", is_flag=True, help="Sign them out everywhere.")
@json_option
def sessions(merchant: str, email: str, *, end: bool, as_json: bool) -> None:
    """Show where a person is signed in, or sign them out there.

    \b
    bookbag user sessions --merchant 0192... --email lena@larkspur.example --end
    """
    with opened() as service:
        runtime = service.runtime
        scope, person = onboarding.somebody(runtime, merchant, email)
        with service.database.read() as session:
            found = credentials.sessions_of(session, scope, person.id, at=runtime.now())
        for row in found:
            seen = row.last_seen_at or row.created_at
            shown = {"surface": row.surface or "browser", "since": row.created_at.isoformat()}
            show(
                {**shown, "last_seen": seen.isoformat(), "until": row.expires_at.isoformat()},
                as_json,
            )
        if end:
            ended = changes.end_sessions(runtime, scope, changes.COMMAND, person.id)
            click.echo(f"{ended} ended", err=True)


def _limit(limit: str | None, currency: str) -> Money | None:
    if limit is None:
        return None
    try:
        return Money.parse(limit, currency)
    except ValueError as bad:
        raise InvalidInputError("limit", str(bad)) from bad


def _helpdesk_user(text: str) -> tuple[str, str]:
    account_id, colon, user_id = text.partition(":")
    if not (account_id and colon and user_id):
        raise InvalidInputError("helpdesk-user", "expected ACCOUNT:ID")
    return account_id, user_id
