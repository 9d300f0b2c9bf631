"""Indexes in the order in which rows are read; none by merchant alone where all rows are one's."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BY_MERCHANT = (
    "bb_action",
    "bb_audit",
    "bb_correction",
    "bb_decision",
    "bb_draft",
    "bb_effect",
    "bb_inbox",
    "bb_macro_set",
    "bb_person",
    "bb_policy_version",
    "bb_sign_in_link",
    "bb_verdict",
    "bb_web_session",
    "bb_webhook_secret",
)
_IN_ORDER = (
    ("ix_bb_correction_draft_id", "bb_correction", ["draft_id"]),
    ("ix_bb_correction_merchant", "bb_correction", ["merchant_id", "id"]),
    ("ix_bb_draft_merchant_state", "bb_draft", ["merchant_id", "state", "id"]),
    ("ix_bb_effect_state_kind_due", "bb_effect", ["state", "kind", "due_at"]),
    ("ix_bb_inbox_merchant", "bb_inbox", ["merchant_id", "id"]),
    ("ix_bb_inbox_merchant_state", "bb_inbox", ["merchant_id", "state", "id"]),
)


def upgrade() -> None:
    """Apply."""
    for name, table, columns in _IN_ORDER:
        op.create_index(name, table, columns)
    for table in _BY_MERCHANT:
        op.drop_index(f"ix_{table}_merchant_id", table)
    op.drop_index("ix_bb_effect_state_due", "bb_effect")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_bb_effect_state_due", "bb_effect", ["state", "due_at"])
    for table in _BY_MERCHANT:
        op.create_index(f"ix_{table}_merchant_id", table, ["merchant_id"])
    for name, table, _ in _IN_ORDER:
        op.drop_index(name, table)
