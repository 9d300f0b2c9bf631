"""The built-in drafter: the merchant's own macros, found by similarity and filled with facts.

No network, no model to fetch, and nothing invented: a reply is a macro's text word for word, with
facts of the customer's own order in it. What cannot be filled or is not well matched is no draft.

How sure it is, `plugin.drafting.confidence` says. Below `FLOOR` there is no draft.
"""

from dataclasses import replace
from decimal import Decimal

from plugin.drafting.another import followed, in_turn, named_by, not_followed
from plugin.drafting.base import Again, Request
from plugin.drafting.confidence import ALL_FACTS, NO_FACTS, SOME_FACTS, confidence
from plugin.drafting.language import detect_language, has_words, language_name
from plugin.drafting.macros import Macro, content_digest
from plugin.drafting.order_choice import choose_order
from plugin.drafting.ranking import MacroSearch, Match, Ranking
from plugin.drafting.resolution import MacroUnusableError, Resolution, resolve
from plugin.models import Draft, Source

FLOOR = Decimal("0.3500")
DEFAULT_LANGUAGE = "en"


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
        self.version = f"2+{content_digest(macros)}"
        self._search = MacroSearch(macros)

    def draft(self, request: Request) -> Draft:
        """A macro filled in, or no text and one plain sentence why."""
        believed = request.language or self.default_language
        language = believed.replace("_", "-").partition("-")[0].casefold()
        if not has_words(request.text):
            return self._none("The message has no text to answer.", language)
        language = detect_language(request.text, fallback=language)
        if not self._search.knows(language):
            return self._none(f"There is no macro in {language_name(language)}.", language)
        if request.again is not None:
            return self._another(request, request.again, language)
        ranking = self._search.rank(request.text, request.subject, language)
        if (figure := _figure(ranking, ranking.best)) < FLOOR:
            return self._none("No macro is close enough to the message.", language, figure)
        return self._filled(request, ranking)

    def _filled(self, request: Request, ranking: Ranking) -> Draft:
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
            figure = _figure(ranking, match, ALL_FACTS if complete else SOME_FACTS)
            if figure >= FLOOR:
                return self._draft(match.macro, resolution, figure)
            reasons.append("It is not close enough to the message.")
        best = ranking.best
        return self._none(
            f"The macro {best.macro.title!r} cannot be used. {reasons[0]}",
            best.macro.language,
            _figure(ranking, best, NO_FACTS),
            best.macro.intent,
        )

    def _another(self, request: Request, again: Again, language: str) -> Draft:
        """From the macro that the instruction names; else from the next best one."""
        found = self._search.every(request.text, request.subject, language)
        named = named_by(again.instruction, [match.macro for match, _ in found], again.sources)
        choice = choose_order(request)
        reasons: list[str] = []
        for match, ranking in in_turn(found, again.sources, named):
            figure = _figure(ranking, match)
            if named is None and figure < FLOOR:
                continue
            try:
                resolution = resolve(match.macro, request, choice)
            except MacroUnusableError as unusable:
                reasons.append(f"The macro {match.macro.title!r} cannot be used. {unusable}")
                continue
            complete = resolution.complete
            figure = _figure(ranking, match, ALL_FACTS if complete else SOME_FACTS)
            note = followed(again.instruction, named)
            return replace(self._draft(match.macro, resolution, figure), note=note)
        return self._none(not_followed(again.instruction, named, reasons), language)

    def _draft(self, macro: Macro, resolution: Resolution, figure: Decimal) -> Draft:
        return Draft(
            text=resolution.text,
            intent=macro.intent,
            confidence=figure,
            language=macro.language,
            actions=resolution.actions,
            sources=(Source(str(macro.kind), macro.id, macro.title),),
            drafter=f"{self.name} {self.version}",
            given=resolution.given,
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


def _figure(ranking: Ranking, match: Match, facts: float = ALL_FACTS) -> Decimal:
    return confidence(
        similarity=match.similarity,
        margin=max(0.0, match.similarity - ranking.others),
        unexplained=ranking.unexplained,
        facts=facts,
    )
