"""How far an account was compared with its helpdesk, and how many calls it took lately."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json, Moment, Words

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_reconciliation",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("cursor", Words(), nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("found_at", Moment(), nullable=True),
        sa.Column("error", Words(), nullable=True),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("gap_from", Moment(), nullable=True),
        sa.Column("gap_to", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bb_account.id"], name="fk_bb_reconciliation_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_reconciliation_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_reconciliation"),
        sa.UniqueConstraint("account_id", name="uq_bb_reconciliation_account_id"),
    )
    op.create_table(
        "bb_rate",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("spent", Json(), nullable=False),
        sa.Column("closed_until", Moment(), nullable=True),
        sa.Column("used_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_rate_account_id"),
        sa.ForeignKeyConstraint(["merchant_id"], ["bb_merchant.id"], name="fk_bb_rate_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bb_rate"),
        sa.UniqueConstraint("account_id", "name", name="uq_bb_rate_account_id_name"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("bb_rate")
    op.drop_table("bb_reconciliation")
