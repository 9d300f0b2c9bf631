"""Settles what was attempted on a ticket before anybody's message there is judged."""

from connectors.errors import ConflictError
from plugin.delivery import effects as effects_of_ours
from plugin.delivery import replies
from plugin.models import EffectKind
from plugin.runtime import Runtime
from plugin.store import effects
from plugin.store.scope import Scope


class UnderWayError(ConflictError):
    """An effect of ours on the ticket is not settled; `retry_after` says when it can be again."""


def settle_on_ticket(runtime: Runtime, scope: Scope, account_id: str, ticket_id: str) -> None:
    """A message may be our own, attempted by a worker that died: find out before judging it.

    Raises:
        UnderWayError: It could not be found out yet.
    """
    with runtime.database.read() as session:
        open_effects = effects.unsettled_on_ticket(session, scope, account_id, ticket_id)
    for effect in open_effects:
        if effect.kind is EffectKind.REPLY and effect.draft_id is not None:
            replies.deliver(runtime, scope, effect.draft_id)
        else:
            effects_of_ours.run_effect(runtime, scope, effect.id)
    if open_effects:
        with runtime.database.read() as session:
            left = effects.unsettled_on_ticket(session, scope, account_id, ticket_id)
        if left:
            wait = max(effect.due_at for effect in left) - runtime.now()
            raise UnderWayError(
                "an effect is being attempted", retry_after=max(wait.total_seconds(), 0)
            )
