"""What somebody does first who may do everything in the database."""

UNGUARDED = {
    "sqlite": ["DROP TRIGGER bb_audit_no_update", "DROP TRIGGER bb_audit_no_delete"],
    "postgresql": ["DROP TRIGGER bb_audit_no_change ON bb_audit"],
}
