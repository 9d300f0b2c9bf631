"""Putting a policy file in force, and what it would change of the one that is."""

from dataclasses import dataclass
from difflib import unified_diff

from plugin.errors import MovedError
from plugin.policy.load import load
from plugin.runtime import Runtime
from plugin.store import audit, files, merchants
from plugin.store.file_tables import PolicyVersion
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Activator:
    """Who puts a file in force.

    Attributes:
        name: As people read it.
        actor: As the audit names them: ``person:<id>`` or ``command``.
    """

    name: str
    actor: str


def activate(
    runtime: Runtime,
    scope: Scope,
    source: str,
    by: Activator,
    *,
    why: str | None = None,
    edited_from: int | None = None,
) -> int:
    """Put a policy file in force. Returns its number.

    Args:
        runtime: What the service runs on.
        scope: Whose.
        source: The file's text.
        by: Who does it.
        why: What they say about it.
        edited_from: The number it was edited from, 0 for none: it must be in force still. None
            where nobody looked.

    Raises:
        PolicyFileError: It is refused; the version in force stays in force.
        MovedError: Somebody else has activated a version meanwhile.
    """
    load(source)
    now = runtime.now()
    with runtime.database.write() as session:
        merchants.require_merchant(session, scope.merchant_id, lock=True)
        before = files.policy_in_force(session, scope)
        if edited_from is not None and edited_from != (before.number if before else 0):
            raise MovedError(moved(before))
        number = files.add_policy(session, scope, source, by=by.name, at=now, why=why)
        audit.add(
            session,
            scope,
            at=now,
            actor=by.actor,
            event="policy_activated",
            detail={"version": number, "before": before.number if before else None},
            text={"by": by.name, "why": why},
        )
    return number


def moved(now: PolicyVersion | None) -> str:
    """What happened while somebody edited an older version."""
    if now is None:
        return "There is no version in force any more."
    why = f": “{now.why}”" if now.why else ""
    return f"Version {now.number} was activated meanwhile, by {now.activated_by}{why}."


def changes(before: str, after: str, *, names: tuple[str, str]) -> str:
    """What one text changes of another, as a unified diff; empty for nothing."""
    lines = unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "".join(f"{line}\n" for line in lines)
