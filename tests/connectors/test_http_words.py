"""What a helpdesk says of a refusal, and of when to come back."""

import pytest
import responses

from connectors.errors import RejectedError
from connectors.http import outbound_session

URL = "https://desk.example/api/things/1"
WORDS = [
    (
        {"error": {"msg": "Failed to create ticket", "data": {"sender": ["Missing data."]}}},
        "Failed to create ticket: sender Missing data.",
    ),
    ({"error": {"msg": "Resource not found."}}, "Resource not found."),
    ({"error": {"data": {"a": 1}}}, "a 1"),
    ({"error": {"msg": 7, "data": ["a"]}}, None),
    ({"error": "invalid", "description": "No such thing."}, "invalid: No such thing."),
]


@pytest.mark.parametrize(("body", "words"), WORDS)
@responses.activate
def test_the_helpdesks_own_words_stand_in_the_error(body: object, words: str | None) -> None:
    responses.put(URL, status=400, json=body)
    with pytest.raises(RejectedError) as error:
        outbound_session().put(URL)
    told = str(error.value).removeprefix("PUT /api/things/1: status 400")
    assert told == (f" ('{words}')" if words else "")


@responses.activate
def test_a_read_that_may_come_back_at_once_is_tried_again() -> None:
    """Some name a time in every answer, and zero where there is none to wait."""
    responses.get(URL, status=502, headers={"Retry-After": "0"})
    responses.get(URL, json={})
    assert outbound_session().get(URL).ok
