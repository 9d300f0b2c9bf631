"""Why a draft was rejected: a short list, and words. Pure."""

from plugin.models import RejectReason

# In the order of the form; what fits nowhere stands last and wants words.
WORDS = {
    RejectReason.WRONG_AMOUNT: "wrong amount",
    RejectReason.WRONG_FACTS: "wrong facts",
    RejectReason.NOT_WHAT_WAS_ASKED: "not what was asked",
    RejectReason.TONE: "wrong tone",
    RejectReason.LANGUAGE: "wrong language",
    RejectReason.POLICY: "against our policies",
    RejectReason.UNSAFE: "unsafe",
    RejectReason.OTHER: "something else",
}


def rejection(kind: RejectReason | None, words: str | None) -> str:
    """``wrong amount: she sent back one of two``; words alone where nothing of the list fits."""
    said = (words or "").strip()
    if kind in (None, RejectReason.OTHER):
        return said
    return f"{WORDS[kind]}: {said}" if said else WORDS[kind]
