"""What a policy sees: one draft, what is known about it, and the file it is held against."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from plugin.models import Draft, Facts
from plugin.policy.amounts import Amount, amounts_by_type
from plugin.policy.index import Trigger
from plugin.policy.model import Policy, PolicyFile, folded_name
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
        return frozenset(map(folded_name, self.facts.tags))

    @cached_property
    def action_types(self) -> tuple[str, ...]:
        """The types of the draft's actions, each once."""
        return tuple(dict.fromkeys(action.type for action in self.draft.actions))

    @cached_property
    def triggers(self) -> frozenset[Trigger]:
        """What the draft shows that policies are filed under."""
        intent, channel = self.draft.intent, self.facts.channel
        return frozenset(
            {
                ("intent", None if intent is None else folded_name(intent)),
                ("channel", None if channel is None else folded_name(channel)),
                *(("tag", tag) for tag in self.tags),
                *(("action", kind) for kind in self.action_types),
            }
        )

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

    def amounts_of(self, types: tuple[str, ...] | None) -> Sequence[Amount]:
        """The money of these types of action; None: of all."""
        if types not in self._amounts_found:
            self._amounts_found[types] = [
                amount
                for kind, amounts in self.amounts.items()
                if types is None or kind in types
                for amount in amounts
            ]
        return self._amounts_found[types]

    @cached_property
    def _amounts_found(self) -> dict[tuple[str, ...] | None, Sequence[Amount]]:
        return {}

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


class Case(NamedTuple):
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
    def amounts(self) -> Sequence[Amount]:
        """The money of the actions the policy names, each and summed by type."""
        return self.situation.amounts_of(self.policy.action_types)
