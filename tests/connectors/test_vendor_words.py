"""What a vendor says is wrong is told to the admin, whichever way the vendor says it."""

from typing import Any

import pytest
import responses

from connectors.errors import RejectedError
from connectors.http import outbound_session

URL = "https://api.example.com/things/1"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "RecordInvalid", "description": "no name"}, "RecordInvalid: no name"),
        ({"errors": [{"code": "InvalidRequest", "detail": "bad url"}]}, "InvalidRequest: bad url"),
        ({"errors": [{"detail": "a"}, {"code": "B"}, "c", {"detail": 4}]}, "a; B"),
        ({"error": "Bad", "errors": [{"detail": "why"}]}, "Bad; why"),
        ({"errors": [{"detail": "a"}] * 9}, "a; a; a"),
        ({"errors": [{"detail": "x" * 300}]}, "x" * 200),
        ({"error": {"title": "Forbidden"}, "errors": {"detail": "no list"}}, None),
        ([{"errors": []}], None),
    ],
)
@responses.activate
def test_a_refusal_says_why(body: Any, words: str | None) -> None:
    responses.put(URL, status=422, json=body)
    with pytest.raises(RejectedError) as error:
        outbound_session(allow_private=True).put(URL, json={})
    told = f" ({words!r})" if words else ""
    assert str(error.value) == f"PUT /things/1: status 422{told}"
