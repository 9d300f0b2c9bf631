"""Limits: what drafts' actions count, and what is left after each decision.

What is there already counts too, by the customer and the order that its actions name. Households
were not known before.
"""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json, Moment, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WHOSE = ("customer", "order_id", "household")
_BACKFILL = """
INSERT INTO bb_reservation (
  id, merchant_id, draft_id, position, state, type, amount_minor, currency,
  customer, order_id, reserved_at
)
SELECT
  a.id, a.merchant_id, a.draft_id, a.position,
  CASE
    WHEN a.done_by IS NOT NULL OR d.state IN ('delivered', 'sent_by_agent') THEN 'used'
    WHEN d.state IN ('no_draft', 'blocked', 'rejected', 'expired', 'stale', 'answered')
      THEN 'released'
    ELSE 'held'
  END,
  a.type, COALESCE(a.amount_minor, a.value_minor), a.currency,
  LOWER(TRIM(a.customer)), LOWER(TRIM(LTRIM(a.order_id, '#'))), d.created_at
FROM bb_action a JOIN bb_draft d ON d.id = a.draft_id AND d.rev = a.rev
WHERE COALESCE(a.amount_minor, a.value_minor) IS NOT NULL AND a.currency IS NOT NULL
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_reservation",
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.Column("draft_id", Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("type", Words(), nullable=False),
        sa.Column(
            "amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("customer", Words(), nullable=True),
        sa.Column("order_id", Words(), nullable=True),
        sa.Column("household", Words(), nullable=True),
        sa.Column("agent", Words(), nullable=True),
        sa.Column("reserved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_reservation_draft_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name="fk_bb_reservation_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bb_reservation"),
        sa.UniqueConstraint(
            "draft_id",
            "merchant_id",
            "position",
            name="uq_bb_reservation_draft_id_merchant_id_position",
        ),
    )
    for whose in _WHOSE:
        op.create_index(
            f"ix_bb_reservation_{whose}", "bb_reservation", ["merchant_id", whose, "reserved_at"]
        )
    op.create_index("ix_bb_reservation_merchant", "bb_reservation", ["merchant_id", "reserved_at"])
    op.execute(_BACKFILL)
    op.add_column("bb_decision", sa.Column("headroom", Json(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""
    op.drop_column("bb_decision", "headroom")
    op.drop_table("bb_reservation")
