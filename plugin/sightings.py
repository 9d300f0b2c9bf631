"""A policy file checked against what a merchant's tickets have shown lately."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from connectors.base import MOST_TAGS
from connectors.errors import ConnectorError
from plugin.errors import Problem
from plugin.policy.load import check
from plugin.policy.seen import Seen
from plugin.runtime import Runtime
from plugin.store import merchants, sightings
from plugin.store.schema import Account

log = structlog.get_logger(__name__)

_DAYS = 14
_MOST = 5_000


def check_for(runtime: Runtime, merchant_id: str, source: str) -> list[Problem]:
    """All that is wrong with a file or doubtful, by line, for this merchant.

    Raises:
        MissingError: There is no such merchant.
    """
    since = runtime.now() - timedelta(days=_DAYS)
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
        found = sightings.tags_and_intents(session, scope, since=since, limit=_MOST)
        accounts = merchants.accounts(session, scope)
    seen = Seen(
        days=_DAYS,
        drafts=len(found),
        tags=frozenset(tag for facts, _ in found for tag in facts["tags"]),
        intents=frozenset(intent for _, intent in found if intent),
        helpdesk_tags=_in_helpdesks(runtime, accounts),
    )
    return check(source, seen)


def _in_helpdesks(runtime: Runtime, accounts: Sequence[Account]) -> frozenset[str] | None:
    """All tags there are; None where nobody can say: one does not answer, or has too many."""
    found: set[str] = set()
    for account in accounts:
        try:
            tags = runtime.helpdesk(account).tags()
        except ConnectorError as error:
            log.warning("tags_not_read", account=account.id, reason=error.reason)
            return None
        if len(tags) >= MOST_TAGS:
            return None
        found.update(tags)
    return frozenset(found) if accounts else None
