"""What a policy sees: one draft, what is known about it, and the file it is held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from connectors.types import ActionRequest
from plugin.models import Draft, Facts
from plugin.policy.amounts import Amount, amounts_by_type
from plugin.policy.model import Policy, PolicyFile
from plugin.policy.phrases import folded
from plugin.policy.reading import Reading
from plugin.text.grounding import Ungrounded, ungrounded
from plugin.text.promises import has_lexicon, undeclared
from plugin.text.sensitive import find_signs, has_own_words


@dataclass(frozen=True)
class Situation:
    """A draft and its facts. What several policies ask for is worked out once.

    Attributes:
        stored: What its words showed when it came, so that they need not be read again.
    """

    file: PolicyFile
    draft: Draft
    facts: Facts
    stored: Reading | None = None

    @cached_property
    def language(self) -> str | None:
        """The reply's language, else the ticket's."""
        return self.draft.language or self.facts.language

    @cached_property
    def plain_language(self) -> str | None:
        """The language without its region: ``en`` of ``en-GB``."""
        return self.language and self.language.replace("_", "-").split("-")[0].strip().lower()

    @cached_property
    def tags(self) -> frozenset[str]:
        """The ticket's tags, case folded."""
        return frozenset(tag.strip().casefold() for tag in self.facts.tags)

    @cached_property
    def reply(self) -> str:
        """The reply, as phrases are looked for in it."""
        return folded(self.draft.text or "")

    @cached_property
    def message(self) -> str | None:
        """The customer's message, as phrases are looked for in it."""
        return None if self.facts.message is None else folded(self.facts.message)

    @property
    def message_language(self) -> str | None:
        """The ticket's language, else the reply's: a reply follows its message."""
        return self.facts.language or self.draft.language

    @cached_property
    def signs(self) -> Mapping[str, str]:
        """Sensitive topics and anger in the message, each with the words that show it."""
        message, own = self.facts.message or "", self.file.sensitive_words
        # A word of the merchant's may also be what a line of a lexicon needs beside it.
        if own and has_own_words(message, own):
            return find_signs(message, more=own)
        return self._signs_without_own

    @cached_property
    def _signs_without_own(self) -> Mapping[str, str]:
        return self.stored.signs if self.stored else find_signs(self.facts.message or "")

    @cached_property
    def amounts(self) -> Mapping[str, tuple[Amount, ...]]:
        """The draft's money, by type of action."""
        return amounts_by_type(self.draft.actions, self.file)

    @cached_property
    def promises_are_judged(self) -> bool:
        """Whether we have the words for promises in the reply's language."""
        return has_lexicon(self.language)

    @cached_property
    def undeclared(self) -> tuple[str, ...]:
        """The words of the reply that promise what no action declares."""
        if self.stored:
            return self.stored.undeclared
        if not self.draft.text:
            return ()
        types = frozenset(action.type for action in self.draft.actions)
        return undeclared(self.draft.text, self.language, types)

    @cached_property
    def ungrounded(self) -> tuple[Ungrounded, ...] | None:
        """What the reply states that its drafter was not given; None: not judged."""
        if self.stored:
            return self.stored.ungrounded
        if self.facts.grounded is None:
            return None
        return ungrounded(
            self.draft.text or "",
            actions=self.draft.actions,
            grounded=self.facts.grounded,
            language=self.language,
        )

    @property
    def reading(self) -> Reading:
        """What its words show, to be stored."""
        return Reading(self.undeclared, self.ungrounded, self._signs_without_own)

    def changed(self, *, draft: Draft | None = None, facts: Facts | None = None) -> "Situation":
        """The situation with another draft or other facts; texts that stay are not read again."""
        other = replace(self, draft=draft or self.draft, facts=facts or self.facts, stored=None)
        for name, read in _READ_FROM.items():
            known = self.stored is not None or name in self.__dict__
            if known and read(other) == read(self):
                other.__dict__[name] = getattr(self, name)
        return other


# What takes long to work out, and what of a situation it is worked out from.
_READ_FROM: Mapping[str, Callable[[Situation], object]] = {
    "reply": lambda one: one.draft.text,
    "message": lambda one: one.facts.message,
    "signs": lambda one: one.facts.message,
    "undeclared": lambda one: (
        one.draft.text,
        one.language,
        {action.type for action in one.draft.actions},
    ),
    "ungrounded": lambda one: (
        one.draft.text,
        one.language,
        one.draft.actions,
        one.facts.grounded,
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A situation as one policy looks at it."""

    situation: Situation
    policy: Policy

    @property
    def draft(self) -> Draft:
        """The draft."""
        return self.situation.draft

    @property
    def facts(self) -> Facts:
        """What is known beside it."""
        return self.situation.facts

    @property
    def actions(self) -> tuple[ActionRequest, ...]:
        """The actions the policy names; all where it names none."""
        types = self.policy.action_types
        if types is None:
            return self.draft.actions
        return tuple(action for action in self.draft.actions if action.type in types)

    @property
    def amounts(self) -> list[Amount]:
        """The money of the actions the policy names, each and summed by type."""
        types = self.policy.action_types
        return [
            amount
            for kind, amounts in self.situation.amounts.items()
            if types is None or kind in types
            for amount in amounts
        ]
