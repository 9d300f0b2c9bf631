"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _owned(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table whose rows are one merchant's."""
    op.create_table(
        table,
        *columns,
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name=f"fk_{table}_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_merchant_id", table, ["merchant_id"])


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bb_merchant",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bb_merchant"),
    )
    op.create_table(
        "bb_worker_lease",
        sa.Column("beat_at", sa.Float(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bb_worker_lease"),
    )
    _owned(
        "bb_account",
        sa.Column("helpdesk", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("vendor_account", sa.Text(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("status_after_send", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    _owned(
        "bb_macro_set",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("merchant_id", "number", name="uq_bb_macro_set_merchant_id_number"),
    )
    _owned(
        "bb_policy_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.Text(), nullable=False),
        sa.UniqueConstraint(
            "merchant_id", "number", name="uq_bb_policy_version_merchant_id_number"
        ),
    )
    _owned(
        "bb_shop",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    _owned(
        "bb_inbox",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("vendor_type", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_inbox_account_id"),
        sa.UniqueConstraint("account_id", "event_id", name="uq_bb_inbox_account_id_event_id"),
    )
    op.create_index("ix_bb_inbox_state_due", "bb_inbox", ["state", "due_at"])

    _owned(
        "bb_person",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("limit_minor", sa.Integer(), nullable=True),
        sa.Column("limit_currency", sa.String(length=3), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("helpdesk_user", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_person_account_id"),
        sa.UniqueConstraint(
            "account_id", "helpdesk_user", name="uq_bb_person_account_id_helpdesk_user"
        ),
        sa.UniqueConstraint("merchant_id", "email", name="uq_bb_person_merchant_id_email"),
    )
    _owned(
        "bb_webhook_secret",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bb_account.id"], name="fk_bb_webhook_secret_account_id"
        ),
    )
    op.create_index("ix_bb_webhook_secret_account_id", "bb_webhook_secret", ["account_id"])
    _owned(
        "bb_draft",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("short_id", sa.String(length=5), nullable=False),
        sa.Column("open_short_id", sa.String(length=5), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("drafter", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("message_text", sa.Text(), nullable=False),
        sa.Column("final_text", sa.Text(), nullable=True),
        sa.Column("opened_for", sa.Text(), nullable=True),
        sa.Column("bypassed", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_draft_account_id"),
        sa.ForeignKeyConstraint(["opened_for"], ["bb_person.id"], name="fk_bb_draft_opened_for"),
        sa.UniqueConstraint("account_id", "message_id", name="uq_bb_draft_account_id_message_id"),
        sa.UniqueConstraint(
            "merchant_id", "open_short_id", name="uq_bb_draft_merchant_id_open_short_id"
        ),
    )
    op.create_index("ix_bb_draft_state_due", "bb_draft", ["state", "due_at"])
    op.create_index("ix_bb_draft_ticket", "bb_draft", ["account_id", "ticket_id"])

    _owned(
        "bb_sign_in_link",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["bb_person.id"], name="fk_bb_sign_in_link_person_id"
        ),
        sa.UniqueConstraint("digest", name="uq_bb_sign_in_link_digest"),
    )
    _owned(
        "bb_web_session",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["bb_person.id"], name="fk_bb_web_session_person_id"
        ),
        sa.UniqueConstraint("digest", name="uq_bb_web_session_digest"),
    )
    _owned(
        "bb_action",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=True),
        sa.Column("value_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("customer", sa.Text(), nullable=True),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["done_by"], ["bb_person.id"], name="fk_bb_action_done_by"),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_action_draft_id"),
        sa.UniqueConstraint(
            "draft_id", "rev", "position", name="uq_bb_action_draft_id_rev_position"
        ),
    )
    _owned(
        "bb_audit",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_audit_draft_id"),
    )
    op.create_index("ix_bb_audit_draft_id", "bb_audit", ["draft_id"])
    _owned(
        "bb_correction",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("draft_text", sa.Text(), nullable=False),
        sa.Column("final_text", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("hter", sa.Float(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("ops", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bb_account.id"], name="fk_bb_correction_account_id"
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_correction_draft_id"),
        sa.UniqueConstraint("draft_id", "message_id", name="uq_bb_correction_draft_id_message_id"),
    )
    _owned(
        "bb_decision",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("policy_number", sa.Integer(), nullable=True),
        sa.Column(
            "oversight",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("approvers", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "escalate_to",
            sa.String(32),
            nullable=True,
        ),
        sa.Column("policies", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("held_because", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_decision_draft_id"),
        sa.UniqueConstraint("draft_id", "rev", name="uq_bb_decision_draft_id_rev"),
    )
    _owned(
        "bb_effect",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("claim", sa.String(length=36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bb_account.id"], name="fk_bb_effect_account_id"),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_effect_draft_id"),
        sa.UniqueConstraint("merchant_id", "key", name="uq_bb_effect_merchant_id_key"),
    )
    op.create_index("ix_bb_effect_draft_id", "bb_effect", ["draft_id"])
    op.create_index("ix_bb_effect_state_due", "bb_effect", ["state", "due_at"])
    op.create_index("ix_bb_effect_ticket", "bb_effect", ["account_id", "ticket_id"])

    _owned(
        "bb_verdict",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.String(32),
            nullable=False,
        ),
        sa.Column(
            "surface",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bb_draft.id"], name="fk_bb_verdict_draft_id"),
        sa.ForeignKeyConstraint(["person_id"], ["bb_person.id"], name="fk_bb_verdict_person_id"),
        sa.UniqueConstraint("merchant_id", "source", name="uq_bb_verdict_merchant_id_source"),
    )
    op.create_index("ix_bb_verdict_draft_id", "bb_verdict", ["draft_id"])


def downgrade() -> None:
    """Take back."""
    for table in (
        "bb_verdict",
        "bb_effect",
        "bb_decision",
        "bb_correction",
        "bb_audit",
        "bb_action",
        "bb_web_session",
        "bb_sign_in_link",
        "bb_draft",
        "bb_webhook_secret",
        "bb_person",
        "bb_inbox",
        "bb_shop",
        "bb_policy_version",
        "bb_macro_set",
        "bb_account",
        "bb_worker_lease",
        "bb_merchant",
    ):
        op.drop_table(table)
