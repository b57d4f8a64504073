"""A chunk of the directory, looked through as one text, finds what its lines hold one by one."""

from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.users.directory_chunks import ChunkDocument, LineColumns
from mfa.users.directory_lines import BETWEEN, DirectoryLine
from mfa.users.directory_query import LISTS_KEPT, MANY, DirectoryQuery, UserFilter, UserOrder
from mfa.users.user import Kind, UserStatus

WORDS = st.text("ab@ ", max_size=4)
LINES = st.dictionaries(st.text("ab.", min_size=1, max_size=4), st.lists(WORDS, min_size=3, max_size=5), max_size=6)
ASKED = DirectoryQuery(now=10.0)


def line(name: str, *fields: str, locked_until: float = 0.0) -> DirectoryLine:
    return DirectoryLine(
        name, BETWEEN.join(fields), Kind.BACKUP, True, UserStatus.ACTIVE, float(len(name)), locked_until=locked_until
    )


def columns(*lines: DirectoryLine) -> LineColumns:
    return LineColumns.read(ChunkDocument.of(lines))


@given(LINES, WORDS, st.sampled_from(UserOrder))
def test_a_list_has_every_line_that_holds_the_words_in_order(
    found: dict[str, list[str]], words: str, order: UserOrder
) -> None:
    lines = [line(name, *fields) for name, fields in found.items()]
    query = replace(ASKED, text=words, order=order)
    expected = sorted(query.place(each) for each in lines if query.finds(each))
    assert query.places(columns(*lines), {}) == expected


@pytest.mark.parametrize("words", ["\x1e", "a\x1eb", "\x1f", f"a{BETWEEN}"])
def test_no_search_reaches_from_one_field_or_line_into_the_next(words: str) -> None:
    assert replace(ASKED, text=words).places(columns(line("a", "a", "b"), line("b", "", "a")), {}) == []


def test_a_list_is_made_once_for_its_pages_and_searches_that_find_few_do_not_push_it_out() -> None:
    chunk = columns(line("b", "x"), line("a", "x"))
    first = ASKED.places(chunk, {})
    assert [name for _, name in first] == ["a", "b"]
    for n in range(3 * LISTS_KEPT):
        replace(ASKED, text=str(n)).places(chunk, {})
    assert replace(ASKED, now=20.0).places(chunk, {}) is first
    for n in range(3 * LISTS_KEPT):
        replace(ASKED, registered_after=float(n)).places(chunk, {})
        assert len(chunk.kept) <= LISTS_KEPT
    assert ASKED.places(chunk, {}) == first


def test_a_search_that_finds_many_is_made_once() -> None:
    chunk = columns(*(line(f"a{n}", "x") for n in range(MANY)))
    query = replace(ASKED, text="x")
    assert query.places(chunk, {}) is query.places(chunk, {})
    few = replace(ASKED, text="a1")
    assert few.places(chunk, {}) == few.places(chunk, {})
    assert len(chunk.kept) == 1


def test_lists_that_change_with_time_are_made_anew() -> None:
    chunk = columns(line("a", "x", locked_until=15.0), line("b", "x"))
    locked = replace(ASKED, filter=UserFilter.LOCKED)
    assert [name for _, name in locked.places(chunk, {})] == ["a"]
    assert replace(locked, now=20.0).places(chunk, {}) == []
    latest = replace(ASKED, order=UserOrder.LATEST_LOGIN)
    assert latest.places(chunk, {}) == [(0.0, "a"), (0.0, "b")]
    assert latest.places(chunk, {"b": 5.0}) == [(-5.0, "b"), (0.0, "a")]
