"""Who is out of the office until when, and who signs in their place."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_person", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bb_person", sa.Column("delegate_id", Words(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("bb_person", "delegate_id")
    op.drop_column("bb_person", "away_until")
