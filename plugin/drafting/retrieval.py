"""How much a message reads like the examples of each macro, by its spelling alone.

Cosine similarity of character n-grams inside words, weighted by TF-IDF
(https://scikit-learn.org/stable/modules/feature_extraction.html): it needs no model, forgives typos
and endings, and works alike for every language written with spaces.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from plugin.drafting.macros import Macro

_NGRAMS = (3, 5)
# A macro's reply says what it is about, but in the shop's words, not the customer's.
_REPLY_WEIGHT = 0.6
_PUNCTUATION = re.compile(r"[\W_]+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class MacroIndex:
    """The macros of one language, ready to be searched."""

    def __init__(self, macros: Sequence[Macro]) -> None:
        # A second and 60 MB to import; only those who draft pay for it.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - see above

        self._macros = tuple(macros)
        documents = [
            (row, weight, text)
            for row, macro in enumerate(self._macros)
            for weight, text in _documents(macro)
        ]
        self._rows = [row for row, _, _ in documents]
        self._weights = [weight for _, weight, _ in documents]
        self._vectorizer: Any = TfidfVectorizer(
            analyzer="char_wb", ngram_range=_NGRAMS, sublinear_tf=True, preprocessor=_plain
        )
        self._matrix = self._vectorizer.fit_transform([text for _, _, text in documents])
        self._analyze: Callable[[str], list[str]] = self._vectorizer.build_analyzer()
        self._rarest = float(self._vectorizer.idf_.max())

    def similarities(self, texts: Sequence[str]) -> list[list[float]]:
        """For each text, how much it reads like each macro, 0 to 1, in the macros' order."""
        products = (self._vectorizer.transform(texts) @ self._matrix.T).toarray().tolist()
        return [
            self._best_of_each(row, self._known_share(text))
            for row, text in zip(products, texts, strict=True)
        ]

    def _best_of_each(self, cosines: Sequence[float], known: float) -> list[float]:
        best = [0.0] * len(self._macros)
        for row, weight, cosine in zip(self._rows, self._weights, cosines, strict=True):
            best[row] = max(best[row], min(1.0, cosine * weight * known))
        return best

    def _known_share(self, text: str) -> float:
        """How much of the text's length, as a vector, the macros' vocabulary covers.

        The vectorizer drops n-grams it has never seen, which would make a message about bread
        resemble whatever shares its "do you". They count here as the rarest ones.
        """
        known = unknown = 0.0
        vocabulary, idf = self._vectorizer.vocabulary_, self._vectorizer.idf_
        for gram, count in Counter(self._analyze(text)).items():
            frequency = 1.0 + math.log(count)
            column = vocabulary.get(gram)
            if column is None:
                unknown += (frequency * self._rarest) ** 2
            else:
                known += (frequency * float(idf[column])) ** 2
        return math.sqrt(known / (known + unknown)) if known else 0.0


@lru_cache(maxsize=64)
def macro_index(macros: tuple[Macro, ...]) -> MacroIndex:
    """The index of these macros, built once: the cache goes by the macros' content."""
    return MacroIndex(macros)


def _plain(text: str) -> str:
    return _PUNCTUATION.sub(" ", text).casefold()


def _documents(macro: Macro) -> list[tuple[float, str]]:
    reply = _PLACEHOLDER.sub(" ", f"{macro.intent} {macro.text}")
    whole = " ".join((macro.title, *macro.examples))
    return [
        *((1.0, text) for text in (macro.title, *macro.examples, whole)),
        (_REPLY_WEIGHT, reply),
    ]
