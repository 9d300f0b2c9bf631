"""What left without its approval, what was taken back, and whether a bypass is made private."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_bypass",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("by_app", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_bypass_account_id"),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_bypass_draft_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_bypass_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_bypass"),
        sa.UniqueConstraint("account_id", "message_id", name="uq_bb_bypass_account_id_message_id"),
    )
    op.create_index("ix_bb_bypass_draft_merchant", "bb_bypass", ["draft_id", "merchant_id"])
    op.add_column(
        "bb_correction", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "bb_account",
        sa.Column(
            "make_private_on_bypass", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("bb_account", "make_private_on_bypass")
    op.drop_column("bb_correction", "taken_back_at")
    op.drop_table("bb_bypass")
