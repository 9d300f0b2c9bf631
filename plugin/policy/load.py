"""A policy file's text, checked and typed. All that is wrong is told at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError

from plugin.documents import Document, Path, Tree, read
from plugin.errors import PolicyFileError, Problem
from plugin.policy import checks
from plugin.policy.lints import lints
from plugin.policy.model import Defaults, PolicyFile
from plugin.policy.schema import FileSchema, LimitSchema, PolicySchema
from plugin.policy.seen import Seen, unseen

_FILES_KEPT = 64
_FILE = FileSchema()
_POLICY = PolicySchema()
_LIMIT = LimitSchema()


@lru_cache(maxsize=_FILES_KEPT)
def load(source: str) -> PolicyFile:
    """Type a policy file. The last files are kept typed.

    Raises:
        PolicyFileError: With every error, each with its line, its field and what is expected.
    """
    file, problems = _read(source, doubts=False)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise PolicyFileError(errors)
    return file


def check(source: str, seen: Seen | None = None) -> list[Problem]:
    """Every error and every warning, by line; `seen` is what a merchant's tickets showed."""
    _, problems = _read(source, doubts=True, seen=seen)
    return problems


@dataclass(slots=True)
class _Typed:
    """What a schema made of a part of the file. `value` is None where something is wrong."""

    value: Any = None
    valid: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    wrong: frozenset[str] = frozenset()


def _read(
    source: str, *, doubts: bool, seen: Seen | None = None
) -> tuple[PolicyFile, list[Problem]]:
    """The file, as far as it can be typed, and all problems; it is whole if none is an error.

    Without `doubts` it looks for errors alone: warnings take longer than all the rest.
    """
    document = read(source)
    if document.tree is None:
        return PolicyFile(), document.problems
    top = _typed(_FILE, document, document.tree, ())
    defaults = top.valid.get("defaults")
    file = PolicyFile(
        currency=top.valid.get("currency"),
        rates=top.valid.get("rates", {}),
        defaults=defaults if isinstance(defaults, Defaults) else Defaults(),
        business_hours=top.valid.get("business_hours"),
        sensitive_words=top.valid.get("sensitive_words", {}),
    )
    raw_policies: list[Tree] = top.valid.get("policies", [])
    raw_limits: list[Tree] = top.valid.get("limits", [])
    each = _each(_POLICY, document, raw_policies, "policies")
    policies = [(index, typed.value) for index, typed in enumerate(each) if typed.value]
    each_limit = _each(_LIMIT, document, raw_limits, "limits")
    limits = [(index, typed.value) for index, typed in enumerate(each_limit) if typed.value]
    whole = replace(
        file,
        policies=tuple(policy for _, policy in policies),
        limits=tuple(limit for _, limit in limits),
    )
    problems = [
        *document.problems,
        *top.problems,
        *(problem for typed in (*each, *each_limit) for problem in typed.problems),
        *checks.unique_ids(document, policies=raw_policies, limits=raw_limits),
        *(
            []
            if top.wrong & {"currency", "rates"}
            else checks.money(document, policies, limits, file)
        ),
        *([] if "business_hours" in top.wrong else checks.hours(document, policies, file)),
    ]
    if doubts:
        problems += checks.warnings(document, policies, file.defaults)
        problems += checks.limits_without_effect(document, limits)
        problems += lints(document, policies, whole)
        problems += unseen(document, policies, seen) if seen else ()
    return whole, sorted(problems, key=lambda problem: problem.line)


def _each(schema: Schema, document: Document, raw: Sequence[Tree], name: str) -> list[_Typed]:
    return [_typed(schema, document, one, (name, index)) for index, one in enumerate(raw)]


def _typed(schema: Schema, document: Document, raw: Tree, path: Path) -> _Typed:
    try:
        value = schema.load(raw)  # type: ignore[arg-type]  # whatever the file holds
    except ValidationError as error:
        return _Typed(
            valid=error.valid_data if isinstance(error.valid_data, dict) else {},
            problems=[document.problem(at, why) for at, why in _flat(error.messages, path)],
            wrong=frozenset(error.messages_dict),
        )
    return _Typed(value, valid=value if isinstance(value, dict) else {})


def _flat(messages: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(messages, dict):
        for message in messages:
            yield path, str(message)
        return
    for key, inner in messages.items():
        yield from _flat(inner, path if key == "_schema" else (*path, key))
