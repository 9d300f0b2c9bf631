"""The built-in drafter: the merchant's own macros, found by similarity and filled with facts.

No network, no model to fetch, and nothing invented: a reply is a macro's text word for word, with
facts of the customer's own order in it. What cannot be filled or is not well matched is no draft.

Confidence, 0 to 1 with four places, is ``facts * match * (0.3 + 0.7 * margin)``:

- ``match``: similarity of the best macro; 0 at 0.10 and below, 1 at 0.65 and above;
- ``margin``: how much louder it is than any macro of another intent, by each one's loudest
  sentence, so that two questions in one message leave little margin; 1 at 0.50 and above;
- ``facts``: 1; 0.9 where the customer's name is missing or a second choice of the same intent had
  to do; 0.5 where the facts for every macro of the intent are missing, and so there is no draft.

It never falls when one of the three rises. It ranks drafts; it is not a probability of being right.
Below `FLOOR` there is no draft.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from plugin.drafting.base import Request
from plugin.drafting.language import detect_language, has_words, language_name
from plugin.drafting.macros import Macro, content_digest
from plugin.drafting.order_choice import choose_order
from plugin.drafting.resolution import MacroUnusableError, Resolution, resolve
from plugin.drafting.retrieval import Match, macro_index
from plugin.models import Draft, Source

FLOOR = Decimal("0.1500")
DEFAULT_LANGUAGE = "en"
_PLACES = Decimal("0.0001")
_MATCH_FROM, _MATCH_TO = 0.10, 0.65
_MARGIN_TO = 0.50
_WITHOUT_MARGIN = 0.3
_ALL_FACTS = 1.0
_SOME_FACTS = 0.9
_NO_FACTS = 0.5
# Mail programs put these before a subject that is not the customer's own.
_REPLY_PREFIXES = ("re:", "aw:", "sv:", "rv:", "fw:", "fwd:", "wg:", "tr:", "odp:", "antw:")


def confidence(*, similarity: float, margin: float, facts: float) -> Decimal:
    """The figure described at the top of this module."""
    match = _ramp(similarity, _MATCH_FROM, _MATCH_TO)
    value = (
        facts * match * (_WITHOUT_MARGIN + (1 - _WITHOUT_MARGIN) * _ramp(margin, 0.0, _MARGIN_TO))
    )
    return Decimal(value).quantize(_PLACES, ROUND_HALF_EVEN)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The macros of the best intent, the most similar first, and how far the others are."""

    matches: tuple[Match, ...]
    margin: float

    @property
    def best(self) -> Match:
        return self.matches[0]

    def confidence(self, match: Match, facts: float = _ALL_FACTS) -> Decimal:
        return confidence(similarity=match.similarity, margin=self.margin, facts=facts)


def _ranking(macros: tuple[Macro, ...], request: Request) -> _Ranking:
    """By the text; by the subject too only where the text says too little.

    The subject is the ticket's: a later message may well be about something else.
    """
    ranking = _ranked(macros, request.text)
    subject = request.subject.strip()
    if ranking.confidence(ranking.best) >= FLOOR or not has_words(subject):
        return ranking
    if subject.casefold().startswith(_REPLY_PREFIXES):
        return ranking
    return _ranked(macros, f"{subject}\n{request.text}")


def _ranked(macros: tuple[Macro, ...], message: str) -> _Ranking:
    matches = macro_index(macros).rank(message)
    intent = matches[0].macro.intent
    same = tuple(match for match in matches if match.macro.intent == intent)
    others = [match.loudest for match in matches if match.macro.intent != intent]
    loudest = max(match.loudest for match in same)
    return _Ranking(same, loudest - max(others, default=0.0))


class BuiltinDrafter:
    """Drafts from one merchant's macros.

    Attributes:
        default_language: The merchant's, for messages too short to tell.
    """

    name = "builtin"

    def __init__(
        self, macros: tuple[Macro, ...], *, default_language: str = DEFAULT_LANGUAGE
    ) -> None:
        self.default_language = default_language
        self.version = f"1+{content_digest(macros)}"
        self._by_language: dict[str, tuple[Macro, ...]] = {
            code: tuple(macro for macro in macros if macro.language == code)
            for code in dict.fromkeys(macro.language for macro in macros)
        }

    def draft(self, request: Request) -> Draft:
        """A macro filled in, or no text and one plain sentence why."""
        believed = request.language or self.default_language
        language = believed.replace("_", "-").partition("-")[0].casefold()
        if not has_words(request.text):
            return self._none("The message has no text to answer.", language)
        language = detect_language(request.text, fallback=language)
        macros = self._by_language.get(language)
        if not macros:
            return self._none(f"There is no macro in {language_name(language)}.", language)
        ranking = _ranking(macros, request)
        if (figure := ranking.confidence(ranking.best)) < FLOOR:
            return self._none("No macro is close enough to the message.", language, figure)
        return self._filled(request, ranking)

    def _filled(self, request: Request, ranking: _Ranking) -> Draft:
        """The first macro of the best intent that can be filled, in order of similarity."""
        choice = choose_order(request)
        reasons: list[str] = []
        for match in ranking.matches:
            try:
                resolution = resolve(match.macro, request, choice)
            except MacroUnusableError as unusable:
                reasons.append(str(unusable))
                continue
            complete = resolution.complete and not reasons
            figure = ranking.confidence(match, _ALL_FACTS if complete else _SOME_FACTS)
            if figure >= FLOOR:
                return self._draft(match.macro, resolution, figure)
            reasons.append("It is not close enough to the message.")
        best = ranking.best
        return self._none(
            f"The macro {best.macro.title!r} cannot be used. {reasons[0]}",
            best.macro.language,
            ranking.confidence(best, _NO_FACTS),
            best.macro.intent,
        )

    def _draft(self, macro: Macro, resolution: Resolution, figure: Decimal) -> Draft:
        return Draft(
            text=resolution.text,
            intent=macro.intent,
            confidence=figure,
            language=macro.language,
            actions=resolution.actions,
            sources=(Source(str(macro.kind), macro.id, macro.title),),
            drafter=f"{self.name} {self.version}",
        )

    def _none(
        self,
        note: str,
        language: str,
        figure: Decimal = Decimal("0.0000"),
        intent: str | None = None,
    ) -> Draft:
        return Draft(
            text=None,
            intent=intent,
            confidence=figure,
            language=language,
            drafter=f"{self.name} {self.version}",
            note=note,
        )
