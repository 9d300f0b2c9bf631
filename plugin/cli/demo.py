"""``bookbag demo``."""

from pathlib import Path

import click

from plugin.demo.run import drive, once, show
from plugin.demo.world import Options, World
from plugin.logs import log_to_stderr
from plugin.serving import alone
from plugin.stopping import heed_signals, wait_until

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--once", "play_once", is_flag=True, help="Play the week, tell each stage, end.")
@click.option("--helpdesk", type=click.Choice(["zendesk"]), default="zendesk", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free port.")
@click.option("--database-url", help="PostgreSQL or another SQLite file.")
@click.option(
    "--data",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/demo"),
    show_default=True,
)
@click.option("--policies", type=_FILE, help="Another policy file.")
@click.option("--tickets", type=_FILE, help="Other tickets, as JSON Lines.")
@click.pass_context
def demo(
    context: click.Context,
    *,
    play_once: bool,
    helpdesk: str,
    port: int,
    database_url: str | None,
    folder: Path,
    policies: Path | None,
    tickets: Path | None,
) -> None:
    """A shop's week in a local sandbox helpdesk. Nothing leaves this machine.

    \b
    bookbag demo
    bookbag demo --once
    """
    del helpdesk
    log_to_stderr(level="warning")
    options = Options(folder, port, database_url, policies, tickets)
    with alone(folder / "demo.lock", "another demo runs here"), World(options) as world:
        if play_once:
            code = drive(world, click.echo) if tickets else once(world, click.echo)
            context.exit(code)
        told = heed_signals()
        show(world, click.echo)
        wait_until(told)
