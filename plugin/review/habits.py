"""For how long a draft was in sight before somebody approved it. It advises, and blocks nobody.

The time is what a browser says, so it proves nothing. What is looked at is the policy: where nearly
all that it holds is approved faster than anybody reads, it holds what nobody needs to look at.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from plugin.models import VerdictKind
from plugin.store import merchants
from plugin.store.scope import Scope
from plugin.text.tokens import canonical_words

# Adults read 238 words of English non-fiction a minute in silence, and few above 300: Brysbaert,
# "How many words do we read per minute?", Journal of Memory and Language 109 (2019), 104047,
# https://doi.org/10.1016/j.jml.2019.104047. Three times that is no reading in any language.
WORDS_A_MINUTE = 238
_GENEROUS = 3
# Fewer can be taken in at a glance.
FEWEST_WORDS = 20
_LONGEST_MS = 24 * 60 * 60 * 1000
_MS_A_MINUTE = 60_000
_MEASURED = (VerdictKind.APPROVE, VerdictKind.EDIT)


@dataclass(frozen=True, slots=True)
class Habit:
    """What is kept of it with a verdict; both None where nothing was measured."""

    seen_ms: int | None = None
    quick: bool | None = None


def habit_of(
    session: Session, scope: Scope, kind: VerdictKind, text: str | None, seen_ms: int | None
) -> Habit:
    """What is kept of a verdict on this text; nothing where the merchant has switched it off."""
    if seen_ms is None or kind not in _MEASURED or not merchants.has_habits(session, scope):
        return Habit()
    return Habit(seen_ms, is_quick(text or "", seen_ms))


def is_quick(text: str, seen_ms: int) -> bool:
    """Whether nobody can have read the text in that time."""
    words = sum(any(map(str.isalnum, word)) for word in canonical_words(text))
    return words >= FEWEST_WORDS and seen_ms < least_ms(words)


def least_ms(words: int) -> int:
    """The time below which so many words are not read."""
    return words * _MS_A_MINUTE // (WORDS_A_MINUTE * _GENEROUS)


def milliseconds(given: str) -> int | None:
    """What a form says; None for what is no time of ours. A day is the most that is believed."""
    if not given.isascii() or not given.isdigit():
        return None
    return min(int(given[:12]), _LONGEST_MS)
