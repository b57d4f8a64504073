"""The search index: the lists that users are found by, and a user's position in each.

The list of users is kept four times, by what they are looked up by, and apart by kind and MFA, so that no page reads what it
does not show. A position is a term, a NUL, and the name that makes it unique.
"""

from collections.abc import Iterable

from msgspec import Struct

from mfa.users.user import Kind, User, folded

# A user's fields that a search looks at, in this order.
SEARCHED = ("login_name", "alias", "owner")
REGISTERED = "registered"
TERM_LENGTH = 100


class Entry(Struct, frozen=True, order=True):
    """A place in a list, and whose it is."""

    position: str
    name: str


def user_lists(field: str, kind: Kind | None, mfa: bool | None) -> list[str]:
    """The names of the lists by this field that hold such users."""
    kinds = list(Kind) if kind is None else [kind]
    switches = (True, False) if mfa is None else (mfa,)
    return [_list(field, each, switch) for each in kinds for switch in switches]


def entries(user: User) -> dict[str, tuple[str, str]]:
    """By field: the list that the user is in, and the position there."""
    terms = {"login_name": user.login_name, "alias": user.alias, "owner": user.owner}
    positions = {field: f"{search_term(term)}\0{user.login_name}" for field, term in terms.items() if term}
    positions[REGISTERED] = f"{registered_position(user.created_at)}\0{user.login_name}"
    return {field: (_list(field, user.kind, user.mfa_enabled), position) for field, position in positions.items()}


def search_term(text: str) -> str:
    """The text as it is compared in a search: in one spelling, and short enough for a key with a login name behind it."""
    return folded(text)[:TERM_LENGTH]


def registered_position(at: float) -> str:
    """The position of users who were registered at this moment, in seconds since 1970."""
    return f"{at:015.3f}"


def names(found: Iterable[Entry]) -> list[str]:
    """Whose entries they are, in order, each once."""
    return list(dict.fromkeys(entry.name for entry in found))


def _list(field: str, kind: Kind, mfa: bool) -> str:
    return f"USERS#{field}#{kind}#{'on' if mfa else 'off'}"
