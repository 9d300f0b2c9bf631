"""Accounts that are connected by a person's consent."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json, Moment, Words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_grant",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("renewed_at", Moment(), nullable=True),
        sa.Column("lost_at", Moment(), nullable=True),
        sa.Column("renewer", Words(), nullable=True),
        sa.Column("renewer_until", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_grant_merchant_id"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_grant_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bb_grant"),
        sa.UniqueConstraint("account_id", name="uq_bb_grant_account_id"),
    )
    op.create_index("ix_bb_grant_merchant_id", "bb_grant", ["merchant_id"])
    op.create_table(
        "bb_pending_connection",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("person_id", Words(), nullable=True),
        sa.Column("helpdesk", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("client_id", Words(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", Json(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("connected_id", Words(), nullable=True),
        sa.Column("failure", Words(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_pending_connection_merchant_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["bb_person.id"], name="fk_bb_pending_connection_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["connected_id"], ["bb_account.id"], name="fk_bb_pending_connection_connected_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_pending_connection"),
        sa.UniqueConstraint("digest", name="uq_bb_pending_connection_digest"),
    )
    op.create_index("ix_bb_pending_connection_expires_at", "bb_pending_connection", ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("bb_pending_connection")
    op.drop_table("bb_grant")
