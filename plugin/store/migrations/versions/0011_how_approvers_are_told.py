"""When approvers are reminded; groups and the chat by which they are told.

Drafts that wait already have no reminder: half of their time may be over.
"""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Moment, Words

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("bb_decision", sa.Column("remind_at", Moment(), nullable=True))
    op.create_table(
        "bb_approver_group",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("group_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_approver_group_merchant_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bb_account.id"], name="fk_bb_approver_group_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_approver_group"),
        sa.UniqueConstraint("account_id", "role", name="uq_bb_approver_group_account_id_role"),
    )
    op.create_table(
        "bb_chat_hook",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_chat_hook_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_chat_hook"),
        sa.UniqueConstraint("merchant_id", name="uq_bb_chat_hook_merchant_id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("bb_chat_hook")
    op.drop_table("bb_approver_group")
    op.drop_column("bb_decision", "remind_at")
