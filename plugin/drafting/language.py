"""In which language a message is written, as far as its length allows to say.

py3langid's model comes with the package (https://github.com/adbar/py3langid); it takes about half
a second and 100 MB while it loads, so it is loaded when first needed.
"""

import re
import threading
from functools import cache
from typing import Protocol

# The detector chooses among these. Each one more makes short messages harder to tell apart; one too
# few makes its speakers look like somebody else.
LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
# Below this probability the detector is not believed. Its probabilities are tempered by length
# already: a single word rarely passes, a plain sentence of five words does.
SURE = 0.60
_READ_CHARACTERS = 2_000
_NO_WORDS = re.compile(r"\S{1,64}@\S+|\w{1,16}://\S+|www\.\S+|#?\b\w*\d\w*")
_LETTER = re.compile(r"[^\W\d_]")
_loading = threading.Lock()


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def has_words(text: str) -> bool:
    """Whether there is anything to answer: at least one letter or digit."""
    return any(character.isalnum() for character in text)


def language_name(code: str) -> str:
    """``German (de)``; the code alone where the name is not known."""
    return f"{LANGUAGES[code]} ({code})" if code in LANGUAGES else code


def detect_language(text: str, *, fallback: str) -> str:
    """ISO 639-1 code of the language of `text`, or `fallback` where the detector is not sure.

    Addresses, links and numbers are left out: they are the same in every language.
    """
    words = " ".join(_NO_WORDS.sub(" ", text[:_READ_CHARACTERS]).split())
    if not _LETTER.search(words):
        return fallback
    with _loading:
        identifier = _identifier()
    code, probability = identifier.classify(words)
    return code if probability >= SURE else fallback


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import (  # noqa: PLC0415 - 100 MB; filters without drafts must not pay
        MODEL_FILE,
        LanguageIdentifier,
    )

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(LANGUAGES))
    loaded: _Identifier = identifier
    return loaded
