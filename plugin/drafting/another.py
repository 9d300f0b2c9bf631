"""Which macro is taken when a person wants another draft, and what they are told about it.

The built-in drafter is no language model. Of an instruction it follows one thing: the choice of
another macro, by the macro's own words. For the rest it says that it cannot. Pure.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from plugin.drafting.macros import Macro
from plugin.drafting.ranking import Match, Ranking

_WORD = re.compile(r"[^\W_]{3,}")
# Words of instructions, and of any title, that name no macro.
_COMMON = frozenset(
    "a an and another answer draft for give instead its macro make more not of offer order other "
    "please reply send shorter tell the them this use with you your".split()
)
_NEXT_BEST = "This is the next best macro for the message."
_NO_OTHER = "No other macro is close enough to the message."
_NO_MODEL = "Words such as these cannot be followed: drafts are made from your macros."


def named_by(instruction: str, macros: Sequence[Macro], unwanted: Collection[str]) -> Macro | None:
    """The macro that an instruction names, by its title or id or by words of its own.

    A word that many macros have names none of them for certain, so the rarer word wins; of equals
    the first.
    """
    spoken = " ".join(_words(instruction))
    others = [macro for macro in macros if macro.id not in unwanted]
    whole = [macro for macro in others if _is_named(macro, f" {spoken} ")]
    if whole:
        return max(whole, key=lambda macro: len(macro.title))
    known = [_own_words(macro) for macro in macros]
    frequent = Counter(word for words in known for word in words)
    meant = {
        word
        for word in set(spoken.split()) - _COMMON
        if word in frequent and frequent[word] * 2 <= max(2, len(macros))
    }
    scores = [sum(1 / frequent[word] for word in meant & _own_words(macro)) for macro in others]
    best = max(scores, default=0.0)
    return others[scores.index(best)] if best > 0 else None


def in_turn(
    found: Sequence[tuple[Match, Ranking]], unwanted: Collection[str], named: Macro | None
) -> Sequence[tuple[Match, Ranking]]:
    """What to try, in order: the named macro alone; else those after the unwanted, then the rest.

    So whoever asks again and again sees each in turn.
    """
    if named is not None:
        return [each for each in found if each[0].macro.id == named.id]
    places = [at for at, (match, _) in enumerate(found) if match.macro.id in unwanted]
    start = max(places, default=-1) + 1
    turned = [*found[start:], *found[:start]]
    return [each for each in turned if each[0].macro.id not in unwanted]


def followed(instruction: str, named: Macro | None) -> str:
    """What became of an instruction, for who gave it."""
    if named is not None:
        return f"Made from the macro {named.title!r}, which the instruction names."
    return f"{_NO_MODEL} {_NEXT_BEST}" if instruction.strip() else _NEXT_BEST


def not_followed(instruction: str, named: Macro | None, reasons: Sequence[str]) -> str:
    """Why there is no other draft."""
    why = reasons[0] if reasons else _NO_OTHER
    return f"{_NO_MODEL} {why}" if named is None and instruction.strip() else why


def _is_named(macro: Macro, spoken: str) -> bool:
    names = (" ".join(_words(name)) for name in (macro.title, macro.id))
    return any(name and f" {name} " in spoken for name in names)


def _own_words(macro: Macro) -> frozenset[str]:
    kinds = (action.type for action in macro.actions)
    return frozenset(_words(" ".join((macro.title, macro.id, macro.intent, *kinds)))) - _COMMON


def _words(text: str) -> list[str]:
    """Folded, and in the singular as far as a final s makes the plural."""
    folded = text.casefold().replace("_", " ")
    return [word.removesuffix("s") for word in _WORD.findall(folded)]
