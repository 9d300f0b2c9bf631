"""What the policy pages show: each rule as a sentence, and what one text changes of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugin.activation import changes
from plugin.drafting.language import LANGUAGES
from plugin.errors import PolicyFileError
from plugin.models import Oversight
from plugin.policy.hours import BusinessHours
from plugin.policy.load import load
from plugin.policy.model import Limit, Policy, PolicyFile
from plugin.policy.sentences import (
    default_sentence,
    hours_sentences,
    limit_sentence,
    policy_sentence,
)
from plugin.text.diff import diff
from plugin.text.hunks import Hunk, display_hunks

# How many versions a page of the history has.
A_PAGE = 50
# To compare texts takes time that grows with the square of their lines, in the worst case.
_MOST_LINES = 5_000
_SHOWN_LINES = 1_000
_SHOWN_RULES = 200
_WITHOUT_A_FILE = "version: 1\n"


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy or a limit in plain words."""

    id: str
    sentence: str
    oversight: Oversight
    tag: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Rules:
    """A file in plain words.

    Attributes:
        default: What holds where no policy does.
        hours: The business hours, a sentence for each run of days.
        timezone: Theirs; None where the file has none.
        rates: ``1 EUR is 1.08 USD``.
        words: The merchant's own sensitive words, by topic.
        unreadable: This release refuses the text, so nothing else is known of it.
    """

    policies: tuple[Rule, ...] = ()
    limits: tuple[Rule, ...] = ()
    default: str = ""
    hours: tuple[str, ...] = ()
    timezone: str | None = None
    rates: tuple[str, ...] = ()
    words: Mapping[str, Sequence[str]] | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A policy or limit that is another one now.

    Attributes:
        how: ``is new``, ``is gone`` or ``changes``.
        hunks: Its sentence before against its sentence after.
    """

    id: str
    how: str
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison; `kind` is ``del``, ``ins``, ``same`` or ``place``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one text changes of another.

    Attributes:
        rules: In plain words; `more_rules` are not shown.
        lines: Line by line; empty for nothing.
        cut: There is more than is shown.
        too_long: The texts are too long to be compared line by line.
    """

    rules: tuple[Changed, ...]
    lines: tuple[Line, ...]
    more_rules: int = 0
    cut: bool = False
    too_long: bool = False

    @property
    def is_nothing(self) -> bool:
        """The texts are the same, line by line."""
        return not self.lines and not self.too_long


def rules_of(source: str) -> Rules:
    """A file's text in plain words."""
    try:
        file = load(source)
    except PolicyFileError:
        return Rules(unreadable=True)
    hours = file.business_hours
    return Rules(
        policies=tuple(_policy(policy, file) for policy in file.policies),
        limits=tuple(_limit(limit, file) for limit in file.limits),
        default=default_sentence(file),
        hours=tuple(hours_sentences(hours)) if hours else (),
        timezone=_zone(hours),
        rates=tuple(f"1 {code} is {rate} {file.currency}" for code, rate in file.rates.items()),
        words=file.sensitive_words,
    )


def change_of(before: str, after: str) -> Change:
    """What a text changes of an earlier one, in plain words and line by line."""
    names, old, new = _changed_rules(rules_of(before or _WITHOUT_A_FILE), rules_of(after))
    rules = tuple(_changed(name, old.get(name), new.get(name)) for name in names[:_SHOWN_RULES])
    more = len(names) - len(rules)
    if max(before.count("\n"), after.count("\n")) > _MOST_LINES:
        return Change(rules, (), more, too_long=True)
    # Its first two lines name the files.
    lines = changes(before, after, names=("", "")).splitlines()[2:]
    shown = tuple(map(_line, lines[:_SHOWN_LINES]))
    return Change(rules, shown, more, cut=len(lines) > len(shown))


_Told = Mapping[str, str]


def _changed_rules(before: Rules, after: Rules) -> tuple[list[str], _Told, _Told]:
    """The names of the rules that changed, and what each said before and says now."""
    if before.unreadable or after.unreadable:
        return [], {}, {}
    old, new = _told(before), _told(after)
    return [name for name in {**new, **old} if old.get(name) != new.get(name)], old, new


def _changed(name: str, before: str | None, after: str | None) -> Changed:
    how = "is new" if before is None else "is gone" if after is None else "changes"
    return Changed(name, how, display_hunks(diff(before or "", after or "")))


def _told(rules: Rules) -> dict[str, str]:
    told = {rule.id: _with_extras(rule) for rule in (*rules.policies, *rules.limits)}
    hours = f"Business hours: {', '.join(rules.hours)}, {rules.timezone}." if rules.hours else None
    return {**told, "defaults": rules.default, **({"business_hours": hours} if hours else {})}


def _with_extras(rule: Rule) -> str:
    tag = f" Puts the tag {rule.tag} on the ticket." if rule.tag else ""
    note = f" Tells the agent: “{rule.note}”" if rule.note else ""
    return f"{rule.sentence}{tag}{note}"


def _policy(policy: Policy, file: PolicyFile) -> Rule:
    sentence = policy_sentence(policy, file, LANGUAGES)
    return Rule(policy.id, sentence, policy.oversight, policy.tag, policy.note)


def _limit(limit: Limit, file: PolicyFile) -> Rule:
    return Rule(limit.id, limit_sentence(limit, file), limit.oversight, limit.tag, limit.note)


def _zone(hours: BusinessHours | None) -> str | None:
    return hours.timezone if hours else None


def _line(text: str) -> Line:
    kind = {"-": "del", "+": "ins", "@": "place"}.get(text[:1], "same")
    return Line(kind, "" if kind == "place" else text[1:])


NO_RULES = rules_of(_WITHOUT_A_FILE)
