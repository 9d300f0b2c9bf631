"""What a customer's message speaks of, to tell a new question from an old one.

Drafts that are there already do not say, and do not count.
"""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAME = "ix_bb_draft_merchant_intent"


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_draft", sa.Column("topics", Json(), nullable=True))
    op.create_index(_NAME, "bb_draft", ["merchant_id", "intent", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(_NAME, "bb_draft")
    op.drop_column("bb_draft", "topics")
