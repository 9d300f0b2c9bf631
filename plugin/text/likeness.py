"""How much one message is like others, by what they speak of. Pure.

Cosine of TF-IDF vectors over topics, whatever words name them: measured on labelled messages, words
and their spelling hardly tell a new question from an old one.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

Topics = Mapping[str, int]
# One odd neighbour makes nothing familiar.
_NEAREST = 3


def likeness(one: Topics, others: Sequence[Topics]) -> float:
    """The mean likeness to the nearest three of `others`, 0 to 1. A topic counts by its rarity."""
    cosines = sorted(_cosines(one, others), reverse=True)
    return sum(cosines[:_NEAREST]) / _NEAREST


def nearest(one: Topics, others: Sequence[Topics], *, most: int) -> Sequence[int]:
    """The places of the most alike of `others`, the most alike first; of equals the first.

    What shares no topic with `one` is like nothing, and is not among them.
    """
    cosines = _cosines(one, others)
    places = sorted(range(len(cosines)), key=lambda place: -cosines[place])
    return [place for place in places[:most] if cosines[place] > 0]


def _cosines(one: Topics, others: Sequence[Topics]) -> Sequence[float]:
    rarity = _rarity(others)
    asked = _vector(one, rarity)
    return [
        sum(share * asked.get(topic, 0.0) for topic, share in _vector(each, rarity).items())
        for each in others
    ]


def _rarity(others: Sequence[Topics]) -> Callable[[str], float]:
    spoken_of = Counter(topic for each in others for topic in each)
    known = {
        topic: math.log((1 + len(others)) / (1 + count)) + 1 for topic, count in spoken_of.items()
    }
    unseen = math.log(1 + len(others)) + 1
    return lambda topic: known.get(topic, unseen)


def _vector(topics: Topics, rarity: Callable[[str], float]) -> dict[str, float]:
    weights = {
        topic: (1 + math.log(count)) * rarity(topic) for topic, count in topics.items() if count
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {topic: weight / length for topic, weight in weights.items()}
