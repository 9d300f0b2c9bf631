"""Alembic's entry: runs on the connection that `plugin.store.migrate` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from plugin.store.migrate import is_ours
from plugin.store.tables import METADATA


def render_plain(kind: str, thing: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as the plain ones below them: migrations outlive our classes."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_object=is_ours,
    render_as_batch=True,
    render_item=render_plain,
    version_table="bb_schema_version",
)
with context.begin_transaction():
    context.run_migrations()
