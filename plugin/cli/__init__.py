"""``bookbag ...``. Parts are loaded when they are asked for, so that filters start fast.

Exit codes: 0 done; 1 the thing asked about is not in order; 2 wrong use or bad input, one clear
line on stderr; 3 an outside system failed.
"""

import importlib
import sys
from collections.abc import Mapping

import click

from connectors.errors import ConnectorError
from plugin.errors import BookbagError

_USE = 2
_OUTSIDE = 3

_COMMANDS: Mapping[str, str] = {
    "account": "accounts:account",
    "audit": "audit:audit",
    "connect": "connect:connect",
    "corrections": "records:corrections",
    "customer": "customers:customer",
    "db": "service:db",
    "demo": "demo:demo",
    "diff": "filters:diff",
    "doctor": "doctor:doctor",
    "draft": "filters:draft",
    "events": "records:events",
    "install": "install:install",
    "keys": "service:keys",
    "macros": "merchants:macros",
    "merchant": "merchants:merchant",
    "package": "package:package",
    "policy": "policy:policy",
    "reconcile": "reconcile:reconcile",
    "reply-text": "filters:reply_text",
    "serve": "service:serve",
    "shop": "merchants:shop",
    "telling": "telling:telling",
    "uninstall": "install:uninstall",
    "user": "people:user",
    "web": "service:web",
    "worker": "service:worker",
}


class _Lazy(click.Group):
    """Imports a command's module only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        where = _COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command = getattr(importlib.import_module(f"plugin.cli.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{where} is not a command")
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bookbag")
def bookbag() -> None:
    """Human-in-the-loop layer for AI customer support, inside your helpdesk.

    \b
    See it work:  bookbag demo
    Run it:       bookbag db upgrade && bookbag serve
    """


def main() -> None:
    """Run a command and turn what goes wrong into one line and an exit code."""
    try:
        code = bookbag.main(prog_name="bookbag", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except BookbagError as wrong:
        _say(str(wrong))
        sys.exit(_USE)
    except (ConnectorError, OSError) as wrong:
        _say(str(wrong))
        sys.exit(_OUTSIDE)
    except Exception as wrong:
        # Not imported above: filters start without a database.
        if not type(wrong).__module__.startswith("sqlalchemy."):
            raise
        _say(f"the database cannot be used ({type(wrong).__name__}); is it there and running?")
        sys.exit(_OUTSIDE)
    sys.exit(code if isinstance(code, int) else 0)


def _say(sentence: str) -> None:
    click.echo(f"bookbag: {sentence}", err=True)
