"""Brings a database to the schema this release needs, and refuses an older one."""

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from plugin.errors import ConfigError
from plugin.store.engine import Database

VERSION_TABLE = "bb_schema_version"


def upgrade(database: Database) -> None:
    """Run every migration that is missing. The job engine migrates its own tables."""
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def require_current(database: Database) -> None:
    """Refuse to run on a database of another release.

    Raises:
        ConfigError: The schema is older or newer than this release.
    """
    wanted = ScriptDirectory.from_config(_config(None)).get_current_head()
    with database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE}
        found = MigrationContext.configure(connection, opts=options).get_current_revision()
    if found != wanted:
        have = f"the database is at schema {found or 'none'}, this release needs {wanted}"
        raise ConfigError([f"{have}: run `bookbag db upgrade`"])


def is_ours(
    thing: object,
    name: str | None,
    kind: str,
    reflected: bool,
    compared: object,
) -> bool:
    """Alembic sees our tables only; the job engine's stand beside them unprefixed."""
    del reflected, compared
    if kind == "table":
        return bool(name) and str(name).startswith("bb_") and name != VERSION_TABLE
    table = getattr(thing, "table", None)
    return table is None or str(table.name).startswith("bb_")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    attributes: Mapping[str, object] = {"connection": connection} if connection else {}
    config.attributes.update(attributes)
    return config
