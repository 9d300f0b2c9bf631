"""Drafts in a composer, attachments' names, the sidebar app's key, escalations, larger amounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite's integers have 64 bits as they are.
_AMOUNTS = (
    ("bb_person", "limit_minor"),
    ("bb_action", "amount_minor"),
    ("bb_action", "value_minor"),
)


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_account", sa.Column("app_key", sa.Text(), nullable=True))
    op.add_column("bb_account", sa.Column("app_audience", sa.Text(), nullable=True))
    op.add_column(
        "bb_draft", sa.Column("attachments", sa.Text(), nullable=False, server_default="[]")
    )
    op.add_column("bb_draft", sa.Column("inserted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "bb_decision", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("bb_draft", sa.Column("inserted_by", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _AMOUNTS:
            op.alter_column(table, column, type_=sa.BigInteger())


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _AMOUNTS:
            op.alter_column(table, column, type_=sa.Integer())
    op.drop_column("bb_draft", "inserted_by")
    op.drop_column("bb_decision", "escalated_at")
    op.drop_column("bb_draft", "inserted_at")
    op.drop_column("bb_draft", "attachments")
    op.drop_column("bb_account", "app_audience")
    op.drop_column("bb_account", "app_key")
