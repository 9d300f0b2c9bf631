"""Which macros speak of the same topics as a message, whatever words either of them uses."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from plugin.drafting.macros import Macro
from plugin.text.topics import topics

_UNKNOWN = 0.5
# Said more often, a topic tells no more: a carrier's log repeats itself by the page.
_REPEATED = 3


class TopicIndex:
    """The topics of one merchant's macros, of every language: they carry the same names.

    So a German message about a refund is known to be about one, even if only an English macro
    speaks of refunds.
    """

    def __init__(self, macros: Sequence[Macro]) -> None:
        self._macros = tuple(macros)
        profiles = [_profile(macro) for macro in self._macros]
        self._of_intent: dict[str, set[str]] = defaultdict(set)
        for macro, profile in zip(self._macros, profiles, strict=True):
            self._of_intent[macro.intent].update(profile)
        self._intents = Counter(topic for known in self._of_intent.values() for topic in known)
        self._vectors = [_unit(profile, self._weights(profile)) for profile in profiles]

    def similarities(self, spoken: Mapping[str, int]) -> list[float]:
        """The cosine between the message's topics and each macro's, 0 to 1."""
        said = {topic: 1.0 + math.log(min(count, _REPEATED)) for topic, count in spoken.items()}
        vector = _unit(said, self._weights(said))
        return [
            min(1.0, sum(vector[topic] * part for topic, part in other.items() if topic in vector))
            for other in self._vectors
        ]

    def unexplained(self, spoken: Mapping[str, int], intent: str) -> float:
        """The share of what the message speaks of that no macro of `intent` does, 0 to 1.

        A half where the message speaks of nothing that is known: nobody can tell.
        """
        weights = self._weights(spoken)
        parts = {
            t: weights[t] ** 2 * (1.0 + math.log(min(count, _REPEATED)))
            for t, count in spoken.items()
        }
        known = sum(part for topic, part in parts.items() if topic in self._of_intent[intent])
        return 1.0 - known / sum(parts.values()) if parts else _UNKNOWN

    def _weights(self, among: Mapping[str, object]) -> dict[str, float]:
        """The fewer intents speak of a topic, the more it tells; most, if none does."""
        intents = len(self._of_intent) + 1
        return {t: 1.0 + math.log(intents / (self._intents[t] + 1)) for t in among}


def _profile(macro: Macro) -> dict[str, float]:
    """How much each topic belongs to a macro: the root of the share of its examples with it.

    The reply's own words count only where there are no examples: they also thank and excuse.
    """
    written = (macro.title, *(macro.examples or (macro.text,)))
    found = Counter(topic for text in written for topic in topics(text, macro.language))
    return {topic: math.sqrt(count / len(written)) for topic, count in found.items()}


def _unit(parts: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    vector = {topic: part * weights[topic] for topic, part in parts.items()}
    length = math.sqrt(sum(part * part for part in vector.values()))
    return {topic: part / length for topic, part in vector.items()}


@lru_cache(maxsize=64)
def topic_index(macros: tuple[Macro, ...]) -> TopicIndex:
    """The index of these macros, built once: the cache goes by the macros' content."""
    return TopicIndex(macros)
