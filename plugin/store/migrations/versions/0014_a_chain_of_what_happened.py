"""The audit becomes a chain: numbers, digests, texts apart, and triggers that refuse any change."""

import sqlalchemy as sa
from alembic import op

from plugin.store.audit_digest import BEGINNING, moment, row_digest
from plugin.store.audit_seal import Seal
from plugin.store.columns import Json, Moment, Secret, Words, new_id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_REFUSAL = "rows of bb_audit are only added"
_BATCH = 1_000
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_audit = sa.table(
    "bb_audit",
    *(sa.column(name, Words()) for name in ("id", "merchant_id", "draft_id", "actor", "event")),
    *(sa.column(name, sa.String(64)) for name in ("previous", "digest")),
    sa.column("at", Moment()),
    sa.column("detail", sa.Text()),
    sa.column("number", sa.Integer()),
)
_head = sa.table(
    "bb_audit_head",
    *(sa.column(name, Words()) for name in ("id", "merchant_id", "digest")),
    sa.column("number", sa.Integer()),
    sa.column("seal", Secret()),
)


def upgrade() -> None:
    """Apply. Rows that are there are chained in the order they were written."""
    op.add_column("bb_audit", sa.Column("number", _NUMBER, nullable=True))
    for name in ("text_digest", "previous", "digest"):
        op.add_column("bb_audit", sa.Column(name, sa.String(64), nullable=True))
    op.create_table(
        "bb_audit_text",
        *_owned("bb_audit_text"),
        sa.Column("audit_id", Words(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", Json(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["bb_audit.id"], name="fk_bb_audit_text_audit_id"),
        sa.UniqueConstraint("audit_id", name="uq_bb_audit_text_audit_id"),
    )
    op.create_index("ix_bb_audit_text_merchant", "bb_audit_text", ["merchant_id", "audit_id"])
    op.create_table(
        "bb_audit_head",
        *_owned("bb_audit_head"),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("merchant_id", name="uq_bb_audit_head_merchant_id"),
    )
    merchants = op.get_bind().scalars(sa.text("SELECT id FROM bb_merchant ORDER BY id")).all()
    for merchant_id in merchants:
        _chain(merchant_id)
    op.create_index("uq_bb_audit_number", "bb_audit", ["merchant_id", "number"], unique=True)
    op.create_index("ix_bb_audit_draft_merchant", "bb_audit", ["draft_id", "merchant_id"])
    op.drop_index("ix_bb_audit_draft_id", "bb_audit")
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take back. What the audit's texts said is lost."""
    for statement in _UNGUARDED[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_index("ix_bb_audit_draft_id", "bb_audit", ["draft_id"])
    for name in ("uq_bb_audit_number", "ix_bb_audit_draft_merchant"):
        op.drop_index(name, "bb_audit")
    op.drop_table("bb_audit_head")
    op.drop_table("bb_audit_text")
    for name in ("digest", "previous", "text_digest", "number"):
        op.drop_column("bb_audit", name)


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", Words(), nullable=False),
        sa.Column("merchant_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["bb_merchant.id"], name=f"fk_{table}_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _chain(merchant_id: str) -> None:
    """Number and digest what a merchant's rows told before there were numbers."""
    connection = op.get_bind()
    names = ("id", "at", "actor", "event", "draft_id", "detail")
    rows = connection.execute(
        sa.select(*(_audit.c[name] for name in names))
        .where(_audit.c.merchant_id == merchant_id)
        .order_by(_audit.c.id)
    ).all()
    number, digest = 0, BEGINNING
    change = (
        sa.update(_audit)
        .where(_audit.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(name) for name in ("number", "previous", "digest")})
    )
    for start in range(0, len(rows), _BATCH):
        changes = []
        for row in rows[start : start + _BATCH]:
            number, previous = number + 1, digest
            digest = row_digest(
                previous,
                row_id=row.id,
                merchant_id=merchant_id,
                number=number,
                at=moment(row.at),
                actor=row.actor,
                event=row.event,
                draft_id=row.draft_id,
                detail=row.detail,
                text_digest=None,
            )
            chained = {"number": number, "previous": previous, "digest": digest}
            changes.append({"row": row.id, **chained})
        connection.execute(change, changes)
    connection.execute(
        sa.insert(_head).values(
            id=new_id(),
            merchant_id=merchant_id,
            number=number,
            digest=digest,
            seal=Seal(merchant_id, number, digest).words(),
        )
    )


_SQLITE_GUARD = (
    f"CREATE TRIGGER bb_audit_no_{{verb}} BEFORE {{verb}} ON bb_audit"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
)
_POSTGRESQL_REFUSAL = (
    "CREATE FUNCTION bb_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
)
_POSTGRESQL_GUARD = (
    "CREATE TRIGGER bb_audit_no_{name} BEFORE {verb} ON bb_audit"
    " FOR EACH STATEMENT EXECUTE FUNCTION bb_audit_refuse()"
)
_GUARDS = {
    "sqlite": [_SQLITE_GUARD.format(verb=verb) for verb in ("update", "delete")],
    "postgresql": [
        _POSTGRESQL_REFUSAL,
        _POSTGRESQL_GUARD.format(name="change", verb="UPDATE OR DELETE OR TRUNCATE"),
    ],
}
_UNGUARDED = {
    "sqlite": ["DROP TRIGGER bb_audit_no_update", "DROP TRIGGER bb_audit_no_delete"],
    "postgresql": [
        "DROP TRIGGER bb_audit_no_change ON bb_audit",
        "DROP FUNCTION bb_audit_refuse()",
    ],
}
