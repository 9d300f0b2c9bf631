"""Conditions on what the customer's message is about: sensitive topics, strong anger."""

from plugin.policy import wording
from plugin.policy.finding import NOT_MET, Finding, met, unknown, untold
from plugin.policy.situation import Case
from plugin.text.sensitive import NEGATIVE, has_sensitive_lexicon

_NOUNS = {
    "legal_threat": "a legal threat",
    "chargeback": "a chargeback or fraud",
    "safety": "safety or health",
    "self_harm": "self-harm",
    "threat": "a threat of violence",
    "press": "the press",
    "minor": "a minor",
    "data_protection": "data protection",
}
_NEEDS_MESSAGE = "the customer's message is not known"


def sensitive(wanted: tuple[str, ...], case: Case) -> Finding:
    """Met where one of the topics is found; what is not found in an unknown language is unknown."""
    if case.facts.message is None:
        return unknown(_NEEDS_MESSAGE)
    signs = case.situation.signs
    found = [
        f'{noun}: "{wording.quoted(signs[topic])}"'
        for topic, noun in _NOUNS.items()
        if topic in wanted and topic in signs
    ]
    if found:
        return met(lambda: f"the customer's message mentions {wording.joined(found)}")
    return _none_found("sensitive topics", case)


def sentiment(_: str, case: Case) -> Finding:
    """Met where the message is strongly negative; else as `sensitive`."""
    if case.facts.message is None:
        return unknown(_NEEDS_MESSAGE)
    words = case.situation.signs.get(NEGATIVE)
    if words is not None:
        return met(
            lambda: f'the customer\'s message is strongly negative: "{wording.quoted(words)}"'
        )
    return _none_found("strong anger", case)


def _none_found(what: str, case: Case) -> Finding:
    if not case.facts.message or has_sensitive_lexicon(case.situation.message_language):
        return NOT_MET
    language = case.situation.message_language
    if language is None:
        return unknown(f"the message's language is not known, so it cannot be checked for {what}")
    return untold(
        f"the message's language is {wording.quoted(language)}, and we have no list of its words"
        f" for {what}"
    )
