"""What the queue orders drafts by, and who has claimed which.

What waits already is ordered by its decision and its actions too.
"""

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Words

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITS = sa.text("state IN ('awaiting_approval', 'awaiting_review')")
_CLAIMED = sa.text("claimed_by IS NOT NULL")
# Each as it writes a moment of UTC itself: SQLite compares them as text.
_NEVER = {"sqlite": "9000-01-01 00:00:00.000000", "postgresql": "9000-01-01 00:00:00+00"}
_COLUMNS = (
    ("claimed_by", Words(), True, None),
    ("claimed_at", sa.DateTime(timezone=True), True, None),
    ("sign_by", sa.DateTime(timezone=True), False, "never"),
    ("signer", sa.String(length=32), False, "agent"),
    ("minus_stake", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False, "0"),
    ("stake_currency", sa.String(length=3), True, None),
)
_UNKNOWN = 2**62
_MINOR = "COALESCE(a.amount_minor, a.value_minor)"
_ACTIONS = "FROM bb_action a WHERE a.draft_id = bb_draft.id AND a.rev = bb_draft.rev"
_DECISION = "FROM bb_decision d WHERE d.draft_id = bb_draft.id AND d.rev = bb_draft.rev"
_BACKFILL = f"""
UPDATE bb_draft SET
  sign_by = COALESCE((SELECT d.deadline_at {_DECISION}), sign_by),
  signer = COALESCE((
    SELECT CASE
      WHEN d.oversight <> 'approval' OR d.approvers LIKE '%"agent"%' THEN 'agent'
      WHEN d.approvers LIKE '%"lead"%' THEN 'lead'
      ELSE 'admin'
    END {_DECISION}
  ), 'agent'),
  minus_stake = (
    SELECT CASE
      WHEN COUNT(DISTINCT a.currency) > 1 OR COUNT(CASE
        WHEN ({_MINOR} IS NULL OR a.currency IS NULL)
          AND a.type NOT IN ('cancel_order', 'address_change', 'return_label') THEN 1
      END) > 0 THEN -{_UNKNOWN}
      ELSE -COALESCE(SUM(CASE WHEN a.currency IS NOT NULL THEN {_MINOR} END), 0)
    END {_ACTIONS}
  ),
  stake_currency = (
    SELECT CASE
      WHEN COUNT(DISTINCT a.currency) > 1 OR COUNT(CASE
        WHEN ({_MINOR} IS NULL OR a.currency IS NULL)
          AND a.type NOT IN ('cancel_order', 'address_change', 'return_label') THEN 1
      END) > 0 THEN NULL
      ELSE MIN(a.currency)
    END {_ACTIONS}
  )
WHERE state IN ('awaiting_approval', 'awaiting_review')
"""  # noqa: S608 (made of the constants above)


def upgrade() -> None:
    """Apply."""
    never = _NEVER[op.get_bind().dialect.name]
    for name, kind, nullable, default in _COLUMNS:
        filled = never if default == "never" else default
        op.add_column("bb_draft", sa.Column(name, kind, nullable=nullable, server_default=filled))
    op.execute(_BACKFILL)
    op.create_index(
        "ix_bb_draft_waiting",
        "bb_draft",
        [
            *("merchant_id", "state", "signer", "sign_by", "minus_stake", "id"),
            *("stake_currency", "intent", "account_id"),
        ],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    op.create_index(
        "ix_bb_draft_claimed",
        "bb_draft",
        ["merchant_id", "claimed_by", "id"],
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    op.create_index("ix_bb_verdict_merchant_created", "bb_verdict", ["merchant_id", "created_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_bb_verdict_merchant_created", "bb_verdict")
    op.drop_index("ix_bb_draft_claimed", "bb_draft")
    op.drop_index("ix_bb_draft_waiting", "bb_draft")
    for name, *_ in reversed(_COLUMNS):
        op.drop_column("bb_draft", name)
