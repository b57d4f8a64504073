"""Filters of lists: one that says nothing is refused, because without it the list is everybody's."""

import pytest

from tests.api import administrators
from tests.api.stack import Stack

LISTS = {
    "/users": ["kind", "mfa", "status", "filter", "sort", "not_seen_days"],
    "/users/export": ["kind", "mfa", "status", "filter", "sort", "not_seen_days"],
    "/events": ["type"],
    "/events/export": ["type"],
    f"/jobs/{'0' * 24}/report": ["outcome"],
    f"/jobs/{'0' * 24}/export": ["outcome"],
}
EMPTY = [
    ("/users", "q", ""),
    ("/users", "q", " "),
    ("/users", "registered_after", ""),
    ("/events", "from", ""),
    ("/events", "to", ""),
    ("/events", "text", " "),
    ("/events", "actor", ""),
    ("/events", "user", ""),
    *((path, "cursor", "") for path in (*LISTS, "/jobs")),
]


@pytest.mark.parametrize("given", ["null", "NULL", ""])
@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in LISTS.items() for name in names])
def test_a_filter_that_is_null_or_empty_is_refused(stack: Stack, path: str, name: str, given: str) -> None:
    answer = administrators.new(stack).ask("GET", path, **{name: given})
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", name), answer.text
    assert "or null" not in answer.text


@pytest.mark.parametrize(("path", "name", "given"), EMPTY)
def test_a_text_moment_or_cursor_that_is_empty_is_refused(stack: Stack, path: str, name: str, given: str) -> None:
    answer = administrators.new(stack).ask("GET", path, **{name: given})
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", name), answer.text


@pytest.mark.parametrize("path", ["/events", "/events/export"])
@pytest.mark.parametrize("user", [{}, {"user": "ada"}])
@pytest.mark.parametrize("to", ["2026-11-28T08:00:00Z", "2026-11-28T08:00:00+01:00", "0001-01-01T00:00:00Z"])
def test_a_range_that_ends_before_it_begins_is_refused(stack: Stack, path: str, user: dict[str, str], to: str) -> None:
    answer = administrators.new(stack).ask("GET", path, **user, to=to, **{"from": "2026-11-28T08:00:00Z"})
    assert (answer.code, answer.json["errors"]) == (
        "invalid_request",
        [{"field": "to", "message": "must be after from"}],
    )


def test_words_that_read_null_are_looked_for(stack: Stack) -> None:
    admin = administrators.new(stack)
    assert admin.ask("GET", "/users", q="null").json["items"] == []
    assert admin.ask("GET", "/events", actor="null").json["items"] == []
