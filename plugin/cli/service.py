"""``bookbag serve | web | worker | db upgrade | keys``."""

import os
from pathlib import Path

import click
from cryptography.fernet import Fernet

from plugin.app import Service, upgrade_database
from plugin.config import load_settings
from plugin.logs import log_to_stderr
from plugin.serving import Serving, only_worker, run_until_signal, run_web
from plugin.store import unscoped_secrets
from plugin.store.engine import Database

_BATCH = 100


@click.command()
def serve() -> None:
    """Web and worker in one process: the embedded way.

    \b
    bookbag db upgrade && bookbag serve
    """
    log_to_stderr()
    settings = load_settings(os.environ)
    with only_worker(settings):
        service = Service(settings)
        service.require_current_schema()
        serving = Serving(service)
        click.echo(f"listening on http://{settings.host}:{settings.port}", err=True)
        click.echo(f"service: {settings.public_url}", err=True)
        run_until_signal(serving)


@click.command()
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
def web(processes: int) -> None:
    """Web requests only, under gunicorn. Scale out on PostgreSQL.

    \b
    bookbag web --processes 4
    """
    log_to_stderr()
    settings = load_settings(os.environ)
    run_web(settings, processes=processes)


@click.command()
def worker() -> None:
    """Jobs only. On PostgreSQL as many as you like; on SQLite one.

    \b
    bookbag worker
    """
    log_to_stderr()
    settings = load_settings(os.environ)
    with only_worker(settings):
        service = Service(settings)
        service.require_current_schema()
        run_until_signal(Serving(service, web=False))


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Create or bring the database to this release.

    \b
    bookbag db upgrade
    """
    log_to_stderr(level="warning")
    upgrade_database(load_settings(os.environ, need_keys=False))
    click.echo("the database is at this release")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the embedded database to FILE while the service runs.

    \b
    bookbag db backup /backups/bookbag-monday.db
    """
    log_to_stderr(level="warning")
    database = Database(load_settings(os.environ, need_keys=False).database_url)
    try:
        database.back_up(file)
    finally:
        database.close()
    click.echo(f"{file}: the database as it is now")


@click.group()
def keys() -> None:
    """Keys for secrets at rest."""


@keys.command()
def new() -> None:
    """Print a new key for BOOKBAG_SECRET_KEYS.

    \b
    bookbag keys new > key.txt && chmod 600 key.txt
    """
    click.echo(Fernet.generate_key().decode())


@keys.command()
def rotate() -> None:
    """Encrypt stored secrets with the first key in BOOKBAG_SECRET_KEYS.

    \b
    BOOKBAG_SECRET_KEYS=new,old bookbag keys rotate
    """
    log_to_stderr(level="warning")
    service = Service(load_settings(os.environ))
    try:
        service.require_current_schema()
        total = 0
        position: str | None = ""
        while position is not None:
            with service.database.write() as session:
                count, position = unscoped_secrets.rotate(session, after=position, limit=_BATCH)
            total += count
    finally:
        service.close()
    click.echo(f"{total} secrets are encrypted with the newest key")
