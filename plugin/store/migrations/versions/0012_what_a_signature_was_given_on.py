"""What a signature was given on, what an edit made of the actions, and why in short.

Signatures that are there already do not say what they were given on, and are asked for again.
"""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = ("reason_kind", "action_changes", "signed_digest", "signed_policy")


def upgrade() -> None:
    """Apply."""
    for column in (
        sa.Column("reason_kind", sa.String(length=32), nullable=True),
        sa.Column("action_changes", Json(), nullable=True),
        sa.Column("signed_digest", sa.String(length=64), nullable=True),
        sa.Column("signed_policy", sa.Integer(), nullable=True),
    ):
        op.add_column("bb_verdict", column)


def downgrade() -> None:
    """Take back."""
    for column in reversed(_COLUMNS):
        op.drop_column("bb_verdict", column)
