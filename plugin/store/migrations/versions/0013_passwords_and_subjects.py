"""Passwords, who somebody is at a provider, where they are signed in, and who is deactivated."""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.add_column("bb_person", sa.Column("deactivated_at", moment, nullable=True))
    op.create_index("ix_bb_person_email", "bb_person", ["email"])
    op.add_column("bb_sign_in_link", sa.Column("purpose", Words(), nullable=True))
    op.create_index(
        "ix_bb_sign_in_link_merchant_id_person_id", "bb_sign_in_link", ["merchant_id", "person_id"]
    )
    op.add_column("bb_web_session", sa.Column("surface", Words(), nullable=True))
    op.add_column("bb_web_session", sa.Column("last_seen_at", moment, nullable=True))
    op.create_index(
        "ix_bb_web_session_merchant_id_person_id", "bb_web_session", ["merchant_id", "person_id"]
    )
    op.create_table(
        "bb_password",
        sa.Column("person_id", Words(), sa.ForeignKey("bb_person.id"), nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("merchant_id", Words(), sa.ForeignKey("bb_merchant.id"), nullable=False),
        sa.Column("id", Words(), primary_key=True),
        sa.UniqueConstraint("person_id", name="uq_bb_password_person_id"),
    )
    op.create_table(
        "bb_subject",
        sa.Column("person_id", Words(), sa.ForeignKey("bb_person.id"), nullable=False),
        sa.Column("issuer", Words(), nullable=False),
        sa.Column("subject", Words(), nullable=False),
        sa.Column("pinned_at", moment, nullable=False),
        sa.Column("merchant_id", Words(), sa.ForeignKey("bb_merchant.id"), nullable=False),
        sa.Column("id", Words(), primary_key=True),
        sa.UniqueConstraint("person_id", "issuer", name="uq_bb_subject_person_id_issuer"),
        sa.UniqueConstraint(
            "subject", "issuer", "merchant_id", name="uq_bb_subject_subject_issuer_merchant_id"
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("bb_subject")
    op.drop_table("bb_password")
    op.drop_index("ix_bb_web_session_merchant_id_person_id", "bb_web_session")
    op.drop_column("bb_web_session", "last_seen_at")
    op.drop_column("bb_web_session", "surface")
    op.drop_index("ix_bb_sign_in_link_merchant_id_person_id", "bb_sign_in_link")
    op.drop_column("bb_sign_in_link", "purpose")
    op.drop_index("ix_bb_person_email", "bb_person")
    op.drop_column("bb_person", "deactivated_at")
