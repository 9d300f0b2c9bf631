"""Alembic's entry: runs on the connection that `plugin.store.migrate` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from plugin.store import (  # noqa: F401 (imported for their tables)
    audit_tables,
    bypass_tables,
    catching_up_tables,
    file_tables,
    grant_tables,
    installed_tables,
    people_tables,
    privacy_tables,
    schema,
    telling_tables,
)
from plugin.store.base import Base
from plugin.store.migrate import is_ours


def render_plain(kind: str, thing: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as the plain ones below them: migrations outlive our classes."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_ours,
    render_as_batch=True,
    render_item=render_plain,
    version_table="bb_schema_version",
)
with context.begin_transaction():
    context.run_migrations()
