import pytest

from .support import Caller

TAGS = "/api/v2/tickets/1/tags.json"
OLD = "2020-01-01T00:00:00Z"


def test_set_add_and_remove(admin: Caller) -> None:
    admin.open_ticket(tags=["a", "b"])
    assert admin.get(TAGS) == {"tags": ["a", "b"]}
    assert admin.put(TAGS, {"tags": ["C", "a"]}) == {"tags": ["a", "b", "c"]}
    removed = admin("DELETE", TAGS, {"tags": ["b", "not_there"]})
    assert (removed.status_code, removed.json()) == (200, {"tags": ["a", "c"]})
    made = admin("POST", TAGS, {"tags": ["d"]})
    assert (made.status_code, made.json()) == (201, {"tags": ["d"]})


def test_each_change_is_one_audit_and_no_change_is_none(admin: Caller) -> None:
    admin.open_ticket(tags=["a"])
    admin.put(TAGS, {"tags": ["b"]})
    admin.put(TAGS, {"tags": ["b"]})
    audits = admin.get("/api/v2/tickets/1/audits.json")["audits"]
    assert len(audits) == 2
    (event,) = audits[-1]["events"]
    assert (event["field_name"], event["previous_value"], event["value"]) == (
        "tags",
        ["a"],
        ["a", "b"],
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_stale_stamp_is_409_and_changes_nothing(admin: Caller, method: str) -> None:
    admin.open_ticket(tags=["a"])
    body = {"tags": ["a", "b"], "updated_stamp": OLD, "safe_update": "true"}
    assert admin(method, TAGS, body).status_code == 409
    assert admin.get(TAGS) == {"tags": ["a"]}
    stamp = admin.get("/api/v2/tickets/1.json")["ticket"]["updated_at"]
    assert admin(method, TAGS, {**body, "updated_stamp": stamp}).status_code in (200, 201)


def test_safe_update_is_the_string_true_here(admin: Caller) -> None:
    admin.open_ticket()
    body = {"tags": ["a"], "updated_stamp": OLD, "safe_update": True}
    assert admin("PUT", TAGS, body).status_code == 422
    assert admin("PUT", TAGS, {"tags": ["a"], "safe_update": "true"}).status_code == 422
    assert admin("PUT", TAGS, {"tags": ["a"], "updated_stamp": OLD}).status_code == 200


@pytest.mark.parametrize("tag", ["two words", "a-b", "caf\u00e9", "", "a,b", "a\n"])
def test_other_characters_are_422(admin: Caller, tag: str) -> None:
    admin.open_ticket()
    assert admin("PUT", TAGS, {"tags": [tag]}).status_code == 422
    assert admin.get(TAGS) == {"tags": []}


def test_tags_must_be_given(admin: Caller) -> None:
    admin.open_ticket()
    assert admin("PUT", TAGS, {}).status_code == 422
    assert admin("PUT", "/api/v2/tickets/9/tags", {"tags": ["a"]}).status_code == 404


def test_all_tags_are_listed_with_their_counts_the_most_used_first(admin: Caller) -> None:
    for tags in (["vip"], ["press", "vip"], ["angry"]):
        admin.open_ticket(tags=tags)
    assert admin.get("/api/v2/tags.json?page[size]=2")["tags"] == [
        {"name": "vip", "count": 2},
        {"name": "angry", "count": 1},
    ]
    listed = admin.get("/api/v2/tags")
    assert [tag["name"] for tag in listed["tags"]] == ["vip", "angry", "press"]
    assert listed["count"] == 3
