"""The shape of a policy file: which keys stand where, and the type of each."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema

from plugin.models import Oversight, Per, Role
from plugin.policy import values
from plugin.policy.conditions import CONDITIONS
from plugin.policy.hours_file import business_hours
from plugin.policy.model import Condition, Defaults, Limit, Policy, SignOff
from plugin.policy.sensitive_words import sensitive_words

_DEFAULTS = Defaults()


class Typed(fields.Field[Any]):
    """A value that one parser of `plugin.policy.values` reads."""

    def __init__(self, parse: values.Parser[Any], **options: Any) -> None:
        super().__init__(**options)
        self._parse = parse

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self._parse(value)


class Strict(Schema):
    """Every unknown key is an error that says what was probably meant."""

    elsewhere: ClassVar[Mapping[str, str]] = {}
    error_messages = {"type": "expected a mapping"}  # noqa: RUF012  # marshmallow's own attribute

    class Meta:
        """Unknown keys are reported below, with a hint."""

        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown(self, _: Any, original: Any, **__: Any) -> None:
        if not isinstance(original, dict):
            return
        unknown = {key: [self._refusal(key)] for key in original if key not in self.fields}
        if unknown:
            raise ValidationError(unknown)

    def _refusal(self, key: str) -> str:
        if key in self.elsewhere:
            return f"unknown key here; it belongs {self.elsewhere[key]}"
        known = sorted(self.fields)
        return (
            f"unknown key{values.near_miss(key, known) or f'; expected {values.words_of(known)}'}"
        )


class WhenSchema(Strict):
    """The conditions of one policy, from the table."""

    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("tags", "require", "allow", "approvers", "approvals", "deadline"), "beside when"
    )

    @post_load
    def _conditions(self, found: dict[str, Any], **_: Any) -> tuple[Condition, ...]:
        return tuple(Condition(key, found[key]) for key in CONDITIONS if key in found)


_When = WhenSchema.from_dict({name: Typed(key.parse) for name, key in CONDITIONS.items()})


class PolicySchema(Strict):
    """One policy."""

    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(CONDITIONS, "under when")

    id = Typed(values.identifier, required=True, error_messages={"required": "id is missing"})
    tags = Typed(values.one_or_many(values.name))
    when = fields.Nested(_When)
    require = Typed(values.requirement)
    allow = Typed(values.permission)
    approvers = Typed(values.one_or_many(values.signer))
    approvals = Typed(values.approvals)
    deadline = Typed(values.duration)
    escalate_to = Typed(values.signer)
    tag = Typed(values.tag)
    note = Typed(values.text)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _demands_or_allows(self, _: Any, original: Any, **__: Any) -> None:
        if not isinstance(original, dict):
            return
        if "require" in original and "allow" in original:
            raise ValidationError("expected require or allow, not both", "allow")
        if "require" not in original and "allow" not in original:
            raise ValidationError("expected require: review, approval or block, or allow: auto")

    @post_load
    def _policy(self, found: dict[str, Any], **_: Any) -> Policy:
        tags = (Condition("tags_any", found["tags"]),) if "tags" in found else ()
        return Policy(
            id=found["id"],
            oversight=Oversight(found.get("require") or found["allow"]),
            conditions=(*tags, *found.get("when", ())),
            sign_off=_sign_off(found),
            tag=found.get("tag"),
            note=found.get("note"),
        )


class LimitSchema(Strict):
    """The most that actions may come to."""

    id = Typed(values.identifier, required=True, error_messages={"required": "id is missing"})
    actions = Typed(values.one_or_many(values.action_type), required=True)
    per = Typed(values.choice(*Per), required=True)
    window = Typed(values.duration, required=True)
    max = Typed(values.threshold, required=True)
    require = Typed(values.requirement, required=True)
    approvers = Typed(values.one_or_many(values.signer))
    approvals = Typed(values.approvals)
    deadline = Typed(values.duration)
    escalate_to = Typed(values.signer)
    tag = Typed(values.tag)
    note = Typed(values.text)

    @post_load
    def _limit(self, found: dict[str, Any], **_: Any) -> Limit:
        return Limit(
            id=found["id"],
            actions=found["actions"],
            per=Per(found["per"]),
            window=found["window"],
            most=found["max"],
            oversight=Oversight(found["require"]),
            sign_off=_sign_off(found),
            tag=found.get("tag"),
            note=found.get("note"),
        )


def _sign_off(found: Mapping[str, Any]) -> SignOff:
    return SignOff(
        approvers=tuple(Role(name) for name in found.get("approvers", (Role.LEAD,))),
        approvals=found.get("approvals", 1),
        deadline=found.get("deadline"),
        escalate_to=Role(found["escalate_to"]) if "escalate_to" in found else None,
    )


class DefaultsSchema(Strict):
    """What holds where no policy matches."""

    require = Typed(values.requirement)
    deadline = Typed(values.duration)

    @post_load
    def _defaults(self, found: dict[str, Any], **_: Any) -> Defaults:
        return Defaults(
            require=Oversight(found.get("require", _DEFAULTS.require)),
            deadline=found.get("deadline", _DEFAULTS.deadline),
        )


class FileSchema(Strict):
    """The top of the file. Policies and limits are read one by one: each can be wrong alone."""

    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("require", "deadline"), "under defaults"
    )

    version = Typed(values.version)
    currency = Typed(values.currency)
    rates = Typed(values.rates)
    business_hours = Typed(business_hours)
    defaults = fields.Nested(DefaultsSchema)
    sensitive_words = Typed(sensitive_words)
    policies = Typed(values.anything_listed)
    limits = Typed(values.anything_listed)
