"""A merchant's own words for sensitive topics, as the top of the policy file gives them."""

from marshmallow import ValidationError

from plugin.policy.values import choice, one_or_many, phrase, shown
from plugin.text.sensitive import NEGATIVE, TOPICS, is_findable

_MAX_CHARACTERS = 100
_MAX_WORDS = 200
_topic = choice(*TOPICS, NEGATIVE)


def sensitive_words(value: object) -> dict[str, tuple[str, ...]]:
    """``{legal_threat: [Verbraucherzentrale]}``; under ``negative`` what shows strong anger.

    Raises:
        ValidationError: By topic, and by number in its list.
    """
    if not isinstance(value, dict):
        raise ValidationError(
            f"expected a mapping such as {{legal_threat: [ombudsman]}}, not {shown(value)}"
        )
    found: dict[str, tuple[str, ...]] = {}
    wrong: dict[str | int, object] = {}
    for topic, phrases in value.items():
        try:
            found[_topic(topic)] = _phrases(phrases)
        except ValidationError as error:
            wrong[topic] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return found


def _phrases(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and len(value) > _MAX_WORDS:
        raise ValidationError(f"expected at most {_MAX_WORDS} words and phrases, not {len(value)}")
    return _each(value)


def _phrase(value: object) -> str:
    found = phrase(value)
    if len(found) > _MAX_CHARACTERS:
        raise ValidationError(f"expected at most {_MAX_CHARACTERS} characters, not {len(found)}")
    if not is_findable(found):
        raise ValidationError(f"expected words with letters or digits, not {shown(found)}")
    return found


_each = one_or_many(_phrase)
