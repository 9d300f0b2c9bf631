"""Why a policy file was activated; of the files from before nobody said."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_policy_version", sa.Column("why", Words(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("bb_policy_version", "why")
