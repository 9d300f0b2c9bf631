"""Where an action's arguments came from; for how long a draft was in sight before its verdict."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NAME = "ix_bb_verdict_measured"


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_action", sa.Column("origins", Json(), nullable=True))
    op.add_column("bb_verdict", sa.Column("seen_ms", sa.Integer(), nullable=True))
    op.add_column("bb_verdict", sa.Column("quick", sa.Boolean(), nullable=True))
    op.add_column(
        "bb_merchant",
        sa.Column("habits", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_index(
        _NAME,
        "bb_verdict",
        ["merchant_id", "id"],
        sqlite_where=sa.text("quick IS NOT NULL"),
        postgresql_where=sa.text("quick IS NOT NULL"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(_NAME, "bb_verdict")
    op.drop_column("bb_merchant", "habits")
    op.drop_column("bb_verdict", "quick")
    op.drop_column("bb_verdict", "seen_ms")
    op.drop_column("bb_action", "origins")
