"""What a replay reads: what a draft's words showed, and a merchant's drafts in order of time."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BY_TIME = "ix_bb_draft_merchant_created"
_BY_TICKET = "ix_bb_draft_ticket"


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_draft", sa.Column("reading", Json(), nullable=True))
    op.create_index(_BY_TIME, "bb_draft", ["merchant_id", "created_at", "id"])
    op.drop_index(_BY_TICKET, "bb_draft")
    op.create_index(_BY_TICKET, "bb_draft", ["account_id", "ticket_id", "merchant_id"])
    op.create_index("ix_bb_correction_draft_merchant", "bb_correction", ["draft_id", "merchant_id"])
    op.drop_index("ix_bb_correction_draft_id", "bb_correction")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_bb_correction_draft_id", "bb_correction", ["draft_id"])
    op.drop_index("ix_bb_correction_draft_merchant", "bb_correction")
    op.drop_index(_BY_TICKET, "bb_draft")
    op.create_index(_BY_TICKET, "bb_draft", ["account_id", "ticket_id"])
    op.drop_index(_BY_TIME, "bb_draft")
    op.drop_column("bb_draft", "reading")
