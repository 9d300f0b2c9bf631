"""The queue of one intent in its order, without looking through all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WAITS = sa.text("state IN ('awaiting_approval', 'awaiting_review')")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_bb_draft_waiting_intent",
        "bb_draft",
        [
            *("merchant_id", "intent", "state", "signer", "sign_by", "minus_stake", "id"),
            *("stake_currency", "account_id"),
        ],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_bb_draft_waiting_intent", "bb_draft")
