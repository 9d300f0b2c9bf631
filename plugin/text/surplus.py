"""What a reply says beyond another one that somebody has approved.

Money is held to what was approved sentence by sentence: "refund 120.00" is more than was approved,
though the approved text named 120.00 as what the order came to. Times may also be what the author
was given, but not in a promise. Where a text cannot be read for certain it says more, never less.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from connectors.types import ActionRequest
from plugin.text.changes import differing_sentences
from plugin.text.claims.claim import Claim
from plugin.text.claims.find import claims
from plugin.text.grounding import known_language, ungrounded, values
from plugin.text.promises import covers, find_promises, has_lexicon
from plugin.text.tokens import canonical

_MONEY = frozenset({"amount", "percentage", "code", "number"})
_TIMES = frozenset({"date", "span"})
# In a promise they say what is promised, and on which order.
_IN_PROMISES = _TIMES | {"id"}
# What a helpdesk fills in when a reply is sent, nobody knows with what: {{dc.refund}}, {% if x %}.
_FILLED_IN = re.compile(r"\{\{[^{}]*+\}\}|\{%[^{}]*+\}")


def surplus(
    text: str,
    approved: str,
    *,
    actions: Sequence[ActionRequest],
    grounded: Iterable[str],
    languages: Collection[str],
) -> tuple[str, ...]:
    """The words of `text` that promise more than `approved` does, each once; none where it is less.

    Args:
        text: What is about to be sent; untrusted.
        approved: What was approved.
        actions: What was approved beside it, with its amounts.
        grounded: What the author was given.
        languages: That `text` may be in. Where we lack the words of one, every sentence that was
            not approved is more.
    """
    before, after = differing_sentences(canonical(approved), canonical(text))
    if not after:
        return ()
    filled_in = [one for one in _FILLED_IN.findall(text) if one not in approved]
    if filled_in:
        return tuple(dict.fromkeys(filled_in))
    if not languages or not all(map(has_lexicon, languages)):
        return tuple(dict.fromkeys(after))
    found: list[str] = []
    for language in languages:
        found += _ungiven(text, approved, actions, grounded, language)
        found += _more_money(before, after, approved, actions, known_language(language))
        found += _new_promises(text, approved, actions, language)
    return tuple(dict.fromkeys(found))


def _ungiven(
    text: str,
    approved: str,
    actions: Sequence[ActionRequest],
    grounded: Iterable[str],
    language: str,
) -> Iterator[str]:
    """What neither the approved reply nor its actions give."""
    given = [approved, *grounded]
    promised = {promise.sentence for promise in find_promises(text, language)}
    strict = ungrounded(text, actions=actions, grounded=[approved], language=language)
    loose = set(ungrounded(text, actions=actions, grounded=given, language=language))
    for one in strict:
        if (
            one.kind in _MONEY
            or (one.kind in _TIMES and one in loose)
            or (one.kind in _IN_PROMISES and any(one.words in each for each in promised))
        ):
            yield one.words


def _more_money(
    before: Iterable[str],
    after: Iterable[str],
    approved: str,
    actions: Sequence[ActionRequest],
    language: str,
) -> Iterator[str]:
    """Money in the sentences that are new, beyond what stood in those they replaced."""
    said = [key for claim in _money(canonical(approved), language) for key in claim.keys]
    left = [claim for sentence in before for claim in _money(sentence, language)]
    # What an action gives may be said once, where the approved reply did not say it.
    unsaid = (claim for value in values(actions) for claim in _money(value, language))
    left += [claim for claim in unsaid if claim.keys.isdisjoint(said)]
    for sentence in after:
        for claim in _money(sentence, language):
            same = next((one for one in left if _is_given(claim, one)), None)
            if same is None:
                yield sentence[claim.start : claim.end]
            else:
                left.remove(same)


def _new_promises(
    text: str, approved: str, actions: Sequence[ActionRequest], language: str
) -> Iterator[str]:
    """Sentences that promise something of a kind that was not approved."""
    kinds = {promise.kind for promise in find_promises(approved, language)}
    types = {action.type for action in actions}
    for promise in find_promises(text, language):
        if promise.kind not in kinds and not covers(types, promise.kind):
            yield promise.sentence


def _money(text: str, language: str) -> list[Claim]:
    return [claim for claim in claims(text, language) if claim.kind in _MONEY]


def _is_given(claim: Claim, by: Claim) -> bool:
    return all(not need.isdisjoint(by.keys) for need in claim.needs)
