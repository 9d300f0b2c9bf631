"""Who may sign a draft: by their role, and within their limit.

One rule for whoever gives a verdict, and for who is told that one is wanted.
"""

from collections.abc import Sequence

from connectors.types import Money
from plugin.card import approvers_words
from plugin.errors import ForbiddenError
from plugin.models import MONEYLESS_ACTIONS, Oversight, Role
from plugin.store import people
from plugin.store.drafts import Held, action_of
from plugin.store.people_tables import PersonRow


def may_sign(held: Held, person: PersonRow) -> str | None:
    """None where the person may approve this draft; else the sentence why not."""
    try:
        require_signer(held, person)
    except ForbiddenError as forbidden:
        return str(forbidden)
    return None


def require_agent(person: PersonRow) -> None:
    """They work on tickets."""
    if person.deactivated_at is not None:
        raise ForbiddenError("You are deactivated here, and give no verdict. Ask an admin.")
    if not person.role.may_sign_for(Role.AGENT):
        raise ForbiddenError("Your role may look, and give no verdict.")


def require_role(held: Held, person: PersonRow) -> None:
    """Their role is one that the decision asks for, or a higher one."""
    decision = held.decision
    roles: Sequence[str] = decision.approvers if decision else ()
    if not any(person.role.may_sign_for(Role(role)) for role in roles):
        raise ForbiddenError(f"This draft needs {approvers_words(roles)}.")


def require_signer(held: Held, person: PersonRow) -> None:
    """They may approve it: by their role, and within their limit."""
    require_signing_role(held, person)
    limit = people.limit_of(person)
    if limit is not None:
        _require_within(held, limit)


def require_signing_role(held: Held, person: PersonRow) -> None:
    """They may approve it by their role, whatever it costs."""
    require_agent(person)
    if held.oversight is Oversight.APPROVAL:
        require_role(held, person)


def _require_within(held: Held, limit: Money) -> None:
    """One approval moves at most the person's limit. An unknown amount is over every limit."""
    total = Money.from_minor(0, limit.currency)
    for row in held.actions:
        money = action_of(row).money
        if money is None and row.type in MONEYLESS_ACTIONS:
            continue
        if money is None or money.currency != limit.currency:
            raise ForbiddenError(
                f"Your limit is {limit}, and what this costs is not known in {limit.currency}."
            )
        total = Money(total.amount + money.amount, limit.currency)
    if total.amount > limit.amount:
        raise ForbiddenError(
            f"This moves {total}, and your limit is {limit}. Ask somebody with a higher one."
        )
