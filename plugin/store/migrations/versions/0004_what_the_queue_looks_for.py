"""What the queue looks for: the few drafts that were bypassed, and who signed which."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAME = "ix_bb_draft_bypassed"


def upgrade() -> None:
    """Apply."""
    op.create_index(
        _NAME,
        "bb_draft",
        ["merchant_id", "id"],
        sqlite_where=sa.text("bypassed = 1"),
        postgresql_where=sa.text("bypassed"),
    )
    op.create_index("ix_bb_verdict_draft_merchant", "bb_verdict", ["draft_id", "merchant_id"])
    op.drop_index("ix_bb_verdict_draft_id", "bb_verdict")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_bb_verdict_draft_id", "bb_verdict", ["draft_id"])
    op.drop_index("ix_bb_verdict_draft_merchant", "bb_verdict")
    op.drop_index(_NAME, "bb_draft")
