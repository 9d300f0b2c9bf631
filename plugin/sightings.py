"""A policy file checked against what a merchant's tickets have shown lately."""

from datetime import timedelta

from plugin.errors import Problem
from plugin.policy.load import check
from plugin.policy.seen import Seen
from plugin.runtime import Runtime
from plugin.store import merchants, sightings

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
    seen = Seen(
        days=_DAYS,
        drafts=len(found),
        tags=frozenset(tag for facts, _ in found for tag in facts["tags"]),
        intents=frozenset(intent for _, intent in found if intent),
    )
    return check(source, seen)
