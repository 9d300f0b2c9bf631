"""Whether a customer's question is unlike those whose drafts people have approved before."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from plugin.models import Draft, Facts
from plugin.policy.model import PolicyFile
from plugin.store import corrections, privacy
from plugin.store.scope import Scope
from plugin.text.likeness import likeness
from plugin.text.topics import has_topics, topics

LOOKED_AT = 200
ENOUGH = 20
# Measured on labelled messages: docs/policies.md says how.
FAMILIAR = 0.40
_KEY = "novel"


def topics_of(known: Facts, draft: Draft) -> Mapping[str, int] | None:
    """What the customer's message speaks of, as it is stored; None where nobody can tell."""
    language = draft.language or known.language
    if known.message is None or language is None or not has_topics(language):
        return None
    return topics(known.message, language)


def novel(
    session: Session, scope: Scope, file: PolicyFile, draft: Draft, known: Facts
) -> bool | None:
    """Whether the message is unlike the last approved ones of its intent.

    None where no policy asks, and where that cannot be told: too few were approved, or the merchant
    does not let approved answers be used.
    """
    if draft.intent is None or not file.asks_for(_KEY):
        return None
    if not privacy.choices(session, scope).learning:
        return None
    spoken_of = topics_of(known, draft)
    if spoken_of is None:
        return None
    approved = corrections.topics_of_approved(session, scope, draft.intent, limit=LOOKED_AT)
    if len(approved) < ENOUGH:
        return None
    return likeness(spoken_of, approved) < FAMILIAR
