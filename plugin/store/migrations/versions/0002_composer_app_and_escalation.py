"""Drafts inserted into a composer, attachments' names, the sidebar app's key, escalations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    """Take back."""
    op.drop_column("bb_draft", "inserted_by")
    op.drop_column("bb_decision", "escalated_at")
    op.drop_column("bb_draft", "inserted_at")
    op.drop_column("bb_draft", "attachments")
    op.drop_column("bb_account", "app_audience")
    op.drop_column("bb_account", "app_key")
