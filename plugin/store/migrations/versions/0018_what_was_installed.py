"""What `bookbag install` made or changed in a helpdesk account."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json, Moment, Words

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_installed",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("vendor_id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("before", Json(), nullable=True),
        sa.Column("asked", Json(), nullable=False),
        sa.Column("wrote", Json(), nullable=False),
        sa.Column("installed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bb_account.id"], name="fk_bb_installed_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_installed_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_installed"),
        sa.UniqueConstraint("account_id", "key", name="uq_bb_installed_account_id_key"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("bb_installed")
