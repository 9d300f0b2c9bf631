"""The filter ``bookbag policy decide``: one JSON record in, one decision out."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from plugin.models import Decision, Draft, Facts, OrderFacts
from plugin.policy.decide import decide_on
from plugin.policy.history import History
from plugin.policy.limits import nothing_spent
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation
from plugin.policy.would_pass import would_pass
from plugin.records import AmountText, Record, Text, action_from_record, parse_money, typed_record

_MAX_ACTIONS = 100
# https://www.rfc-editor.org/rfc/rfc3339#section-5.6
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class _Confidence(fields.Field[Decimal]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        wrong = ValidationError("expected a number from 0 to 1")
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise wrong
        number = Decimal(str(value))
        if not number.is_finite() or not 0 <= number <= 1:
            raise wrong
        return number


class _Moment(fields.Field[datetime]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        wrong = ValidationError("expected an RFC 3339 time such as 2026-03-01T09:30:00Z")
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise wrong
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError as bad:
            raise wrong from bad


class _YesOrNo(fields.Field[bool]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("expected true or false")
        return value


class _Plain(fields.Field[str]):
    """A string, number or boolean, compared as it is written."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float | Decimal):
            raise ValidationError("expected a string, a number, true or false")
        return str(value)


class _OrderRecord(Record):
    total = AmountText(allow_none=True)
    currency = Text(allow_none=True)
    placed_at = _Moment(allow_none=True)


class _FactsRecord(Record):
    order = fields.Nested(_OrderRecord, allow_none=True)
    segment = fields.Dict(keys=Text(), values=_Plain(allow_none=True), allow_none=True)
    household = Text(allow_none=True)
    novel = _YesOrNo(allow_none=True)
    grounded = fields.List(Text(), allow_none=True)


class _DecideRecord(Record):
    text = Text(required=True, allow_none=True)
    actions = fields.List(fields.Raw(), required=True, validate=validate.Length(max=_MAX_ACTIONS))
    tags = fields.List(Text(), required=True)
    confidence = _Confidence(allow_none=True)
    intent = Text(allow_none=True)
    channel = Text(allow_none=True)
    language = Text(allow_none=True)
    message = Text(allow_none=True)
    facts = fields.Nested(_FactsRecord, allow_none=True)
    agent = Text(allow_none=True)
    at = _Moment(allow_none=True)


_RECORD = _DecideRecord()


def decide_line(
    file: PolicyFile, record: object, history: History | None = None, *, explain: bool = False
) -> dict[str, Any]:
    """Decide one record of the filter.

    Args:
        file: Where an amount names no currency, the file's holds.
        record: As the line's JSON gives it; untrusted. A key that is missing or null is not known.
        history: What counts against limits already; the record's money is added to it.
        explain: Tell under ``would_pass`` what would have let it pass.

    Raises:
        InvalidInputError: The first field that is wrong, such as ``actions[0].amount``.
    """
    line = typed_record(_RECORD, record)
    draft = Draft(
        text=line["text"],
        intent=line.get("intent"),
        confidence=line.get("confidence"),
        language=line.get("language"),
        actions=tuple(
            action_from_record(action, currency=file.currency, path=f"actions[{index}]")
            for index, action in enumerate(line["actions"])
        ),
    )
    situation = Situation(file, draft, _facts(line, file))
    spent = history.spent(situation.facts.at) if history else nothing_spent
    decision = decide_on(situation, spent)
    answer = decision_to_record(decision)
    if explain:
        answer["would_pass"] = [way.words for way in would_pass(situation, spent)]
    if history is not None:
        history.reserve(draft, situation.facts, decision)
    return answer


def decision_to_record(decision: Decision) -> dict[str, Any]:
    """What the filter prints."""
    record: dict[str, Any] = {
        "oversight": decision.oversight.value,
        "approvals": decision.approvals,
        "approvers": [role.value for role in decision.approvers],
        "policies": [{"id": hit.id, "reason": hit.reason} for hit in decision.policies],
        "tags": list(decision.tags),
        "held_because": list(decision.held_because),
    }
    if decision.headroom:
        record["headroom"] = list(decision.headroom)
    if decision.escalate_to is not None:
        record["escalate_to"] = decision.escalate_to.value
    if decision.deadline is not None:
        record["deadline"] = decision.deadline
    return record


def _facts(line: Mapping[str, Any], file: PolicyFile) -> Facts:
    given: Mapping[str, Any] = line.get("facts") or {}
    segment, grounded = given.get("segment"), given.get("grounded")
    return Facts(
        message=line.get("message"),
        tags=frozenset(line["tags"]),
        channel=line.get("channel"),
        language=line.get("language"),
        order=_order(given["order"], file) if given.get("order") is not None else None,
        segment=segment and {name: of for name, of in segment.items() if of is not None},
        household=given.get("household"),
        novel=given.get("novel"),
        grounded=None if grounded is None else frozenset(grounded),
        agent=line.get("agent"),
        at=line.get("at"),
    )


def _order(order: Mapping[str, Any], file: PolicyFile) -> OrderFacts:
    total = order.get("total")
    return OrderFacts(
        total=None
        if total is None
        else parse_money(
            total,
            order.get("currency") or file.currency,
            field="facts.order.total",
            currency_field="facts.order.currency",
        ),
        placed_at=order.get("placed_at"),
    )
