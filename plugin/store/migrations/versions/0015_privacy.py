"""Who asked on which ticket, what was erased, and how long a merchant keeps what.

Of the drafts that are there already, whose they are stands in their facts.
"""

import json

import sqlalchemy as sa
from alembic import op

from plugin.store.columns import Json, Moment, Words, new_id

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PAGE = 500
_HAVE_TEXTS = {
    "bb_inbox": "received_at",
    "bb_draft": "state_at",
    "bb_effect": "created_at",
    "bb_reservation": "reserved_at",
    "bb_correction": None,
}
_KEPT = sa.text("erased_at IS NULL")


def upgrade() -> None:
    """Apply."""
    for table, at in _HAVE_TEXTS.items():
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        if at is not None:
            op.create_index(
                f"ix_{table}_kept",
                table,
                ["merchant_id", at],
                sqlite_where=_KEPT,
                postgresql_where=_KEPT,
            )
    op.drop_index("ix_bb_effect_draft_id", "bb_effect")
    _index("bb_effect", "draft_merchant", "draft_id", "merchant_id")
    op.create_index("ix_bb_inbox_ticket", "bb_inbox", ["account_id", "ticket_id", "merchant_id"])
    op.create_table(
        "bb_ticket_customer",
        *_owned("bb_ticket_customer"),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("ticket_id", Words(), nullable=False),
        sa.Column("customer_id", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        _belongs("bb_ticket_customer", "account_id", "bb_account"),
        sa.UniqueConstraint(
            "account_id",
            "ticket_id",
            "merchant_id",
            "customer_id",
            "email",
            name="uq_bb_ticket_customer",
        ),
    )
    _index("bb_ticket_customer", "email", "email", "merchant_id")
    _index("bb_ticket_customer", "id", "account_id", "customer_id", "merchant_id")
    _index("bb_ticket_customer", "seen", "merchant_id", "seen_at")
    op.create_table(
        "bb_erasure",
        *_owned("bb_erasure"),
        sa.Column("why", Words(), nullable=False),
        sa.Column("asked_by", Words(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("counts", Json(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
    )
    _index("bb_erasure", "merchant_done", "merchant_id", "done_at")
    _index("bb_erasure", "digest", "digest", "merchant_id")
    op.create_table(
        "bb_erased_ticket",
        *_owned("bb_erased_ticket"),
        sa.Column("erasure_id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("ticket_id", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        _belongs("bb_erased_ticket", "erasure_id", "bb_erasure"),
        _belongs("bb_erased_ticket", "account_id", "bb_account"),
    )
    op.create_index(
        "ix_bb_erased_ticket", "bb_erased_ticket", ["account_id", "ticket_id", "merchant_id", "at"]
    )
    _index("bb_erased_ticket", "erasure", "erasure_id", "merchant_id")
    _index("bb_erased_ticket", "at", "at", "merchant_id")
    op.create_table(
        "bb_merchant_privacy",
        *_owned("bb_merchant_privacy"),
        sa.Column("learning", sa.Boolean(), nullable=False),
        sa.Column("retention", Json(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("merchant_id", name="uq_bb_merchant_privacy_merchant_id"),
    )
    _whose_the_drafts_are()


def downgrade() -> None:
    """Take back."""
    for table in (
        "bb_merchant_privacy",
        "bb_erased_ticket",
        "bb_erasure",
        "bb_ticket_customer",
    ):
        op.drop_table(table)
    op.drop_index("ix_bb_inbox_ticket", "bb_inbox")
    op.drop_index("ix_bb_effect_draft_merchant", "bb_effect")
    op.create_index("ix_bb_effect_draft_id", "bb_effect", ["draft_id"])
    for table, at in _HAVE_TEXTS.items():
        if at is not None:
            op.drop_index(f"ix_{table}_kept", table)
        op.drop_column(table, "erased_at")


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        _belongs(table, "merchant_id", "bb_merchant"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _index(table: str, name: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, list(columns))


def _whose_the_drafts_are() -> None:
    """A draft's facts name its customer by e-mail, or by the helpdesk's id where there is none."""
    connection = op.get_bind()
    drafts = sa.table(
        "bb_draft",
        *map(sa.column, ("id", "merchant_id", "account_id", "ticket_id", "facts")),
        sa.column("created_at", Moment()),
    )
    customers = sa.table(
        "bb_ticket_customer",
        *map(sa.column, ("id", "merchant_id", "account_id", "ticket_id", "customer_id", "email")),
        sa.column("seen_at", Moment()),
    )
    last, seen = "", set()
    while page := connection.execute(
        sa.select(drafts).where(drafts.c.id > last).order_by(drafts.c.id).limit(_PAGE)
    ).all():
        last = page[-1].id
        rows = []
        for draft in page:
            whose = (json.loads(draft.facts) or {}).get("customer") or ""
            email, customer_id = (whose, "") if "@" in whose else ("", whose)
            key = (draft.account_id, draft.ticket_id, customer_id, email)
            if whose and key not in seen:
                seen.add(key)
                rows.append(
                    {
                        "id": new_id(),
                        "merchant_id": draft.merchant_id,
                        "account_id": draft.account_id,
                        "ticket_id": draft.ticket_id,
                        "customer_id": customer_id,
                        "email": email,
                        "seen_at": draft.created_at,
                    }
                )
        if rows:
            connection.execute(sa.insert(customers), rows)
