"""``bookbag package``: what is installed in a helpdesk, as a file."""

from pathlib import Path

import click

from plugin.errors import InvalidInputError
from plugin.zendesk_app.package import manifest
from plugin.zendesk_app.package import package as packed


@click.group()
def package() -> None:
    """Our app for a helpdesk, as a file."""


@package.command("zendesk")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where to write it, such as app.zip.",
)
def zendesk(out: Path) -> None:
    """Pack the sidebar as a private Zendesk app, the same bytes each time.

    `bookbag install zendesk` uploads it by itself. By hand: Admin Center, Apps and integrations,
    Zendesk Support apps, Upload private app.

    \b
    bookbag package zendesk --out app.zip
    """
    try:
        out.write_bytes(packed())
    except OSError as bad:
        raise InvalidInputError("out", f"cannot be written ({type(bad).__name__})") from bad
    app = manifest()
    click.echo(f"{out}: {app['name']} {app['version']}, {len(packed())} bytes")
