"""``bookbag doctor``: is a helpdesk account in order."""

import json

import click

from plugin.cli.answers import json_option, merchant_option
from plugin.cli.opened import opened
from plugin.cli.progress import teller
from plugin.installing.check import Check, Health
from plugin.installing.examine import examine, is_in_order
from plugin.installing.looking import site

_COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "red"}


@click.group()
def doctor() -> None:
    """Look a helpdesk account over."""


@doctor.command("zendesk")
@merchant_option
@click.option("--account", "account_id", help="Ours; needed where there are several.")
@json_option
@click.pass_context
def zendesk(
    context: click.Context, *, merchant: str, account_id: str | None, as_json: bool
) -> None:
    """Check token, webhook, app, views, macros, e-mail gate, tags; say how to mend what is wrong.

    Changes nothing. Exit code 1 where something fails.

    \b
    bookbag doctor zendesk --merchant 0192... --account 4f...
    """
    with opened() as service:
        where = site(service.runtime, merchant, account_id, "zendesk")
        checks = examine(where, teller())
    if as_json:
        told = [_record(check) for check in checks]
        click.echo(json.dumps({"account": where.account.id, "checks": told}))
    else:
        wide = max(len(check.name) for check in checks)
        for check in checks:
            word = click.style(check.health.value.ljust(4), fg=_COLOURS[check.health])
            click.echo(f"{word}  {check.name.ljust(wide)}  {check.found}")
            if check.fix is not None:
                click.echo(f"      {' ' * wide}  fix: {check.fix}")
    if not is_in_order(checks):
        context.exit(1)


def _record(check: Check) -> dict[str, str | None]:
    return {
        "check": check.name,
        "health": check.health.value,
        "found": check.found,
        "fix": check.fix,
    }
