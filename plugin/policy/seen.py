"""Names in a policy file that a merchant's tickets do not show: rules that died in silence.

A tag that was renamed in the helpdesk, an intent that a macro no longer has: the policy is in
order and never fires.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from plugin.documents import Document, Path
from plugin.errors import Problem
from plugin.policy.model import Condition, Policy
from plugin.policy.values import near_miss

_OF_ACTIONS = ("action", "amount_over", "amount_at_least", "amount_between", "order_share_over")
_TAGS = ("tags_any", "tags_all", "tags_none")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a merchant's tickets showed lately.

    Attributes:
        days: How far back.
        drafts: How many drafts were looked at; of none, nothing can be said.
        helpdesk_tags: All tags that the helpdesk has; None where nobody asked it.
    """

    days: int
    drafts: int
    tags: frozenset[str]
    intents: frozenset[str]
    helpdesk_tags: frozenset[str] | None = None


def unseen(
    document: Document, policies: Sequence[tuple[int, Policy]], seen: Seen
) -> Iterator[Problem]:
    """A warning for each name that no ticket showed."""
    if not seen.drafts:
        nothing = f"no draft was made in the last {seen.days} days; tags and intents are not judged"
        yield document.problem(("policies",), nothing, "warning")
        return
    for index, policy in policies:
        if policy.allows and any(one.key in _OF_ACTIONS for one in policy.conditions):
            doubt = "lets nothing go by itself yet: a draft with actions waits for a person"
            yield document.problem(("policies", index, "allow"), doubt, "warning")
        for condition in policy.conditions:
            path = _path(document, index, condition)
            for doubt in _doubts(condition, seen):
                yield document.problem(path, doubt, "warning")


def _doubts(condition: Condition, seen: Seen) -> Iterator[str]:
    names = condition.value if isinstance(condition.value, tuple) else ()
    if condition.key in _TAGS:
        for name in names:
            if seen.helpdesk_tags is not None and not _has(seen.helpdesk_tags, name):
                yield f'the helpdesk has no tag "{name}"{_meant(name, seen.helpdesk_tags)}'
            elif not _has(seen.tags, name):
                within = f"in the last {seen.days} days"
                yield f'no ticket had the tag "{name}" {within}{_meant(name, seen.tags)}'
    elif condition.key == "intent":
        for name in names:
            if not _has(seen.intents, name):
                within = f"in the last {seen.days} days"
                yield f'no draft had the intent "{name}" {within}{_meant(name, seen.intents)}'


def _has(names: Collection[str], wanted: str) -> bool:
    return wanted.strip().casefold() in {name.strip().casefold() for name in names}


def _meant(name: str, known: Collection[str]) -> str:
    return near_miss(name, sorted(known))


def _path(document: Document, index: int, condition: Condition) -> Path:
    beside: Path = ("policies", index, "tags")
    when: Path = ("policies", index, "when", condition.key)
    return when if when in document.lines else beside
