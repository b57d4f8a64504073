"""Rules for a new password, by NIST SP 800-63B-4, 3.1.1.2: long enough, not a common one, not the user's or service's name.

There are no rules about digits, signs or capitals: NIST advises against them. A password that was set before a rule stays.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from mfa.errors import InvalidRequest
from mfa.users.passwords import prepared
from mfa.users.user import User, folded

# For a password that is used with a second factor.
LENGTH = range(8, 257)
# Shorter words are in too many good passwords.
_WORD_LENGTH = 3
# What people append to a word first: a year, an exclamation mark.
_APPENDED = re.compile(r"[\d\W_]{1,5}$")
_REPEATED = re.compile(r"(.+?)\1+")
_TOO_COMMON = "is one that attackers try first. Choose another, such as four random words"
_TOO_CLOSE = "is too close to the user's name or address, or to the name of this service. Choose another"


def refuse_weak(password: str, words: Iterable[str], field: str) -> None:
    """Raises InvalidRequest, naming the field and the reason, for a password that is easy to guess.

    `words` are names and addresses that somebody who knows the user and the service would try. Whole passwords are compared,
    and not their parts (3.1.1.2), but without capitals and what people append or repeat.
    """
    # Each code point counts as one character, in the form in which the password is hashed.
    if (length := len(prepared(password))) not in LENGTH:
        bound = f"least {LENGTH[0]}" if length < LENGTH[0] else f"most {LENGTH[-1]}"
        raise InvalidRequest(field, f"must have at {bound} characters")
    text = folded(password)
    if _is_common(text):
        raise InvalidRequest(field, _TOO_COMMON)
    close = {core for word in words for core in _cores(folded(word))}
    if not close.isdisjoint(_cores(text)):
        raise InvalidRequest(field, _TOO_CLOSE)


def words_of(user: User) -> list[str]:
    """The names and addresses of a user, and their parts."""
    given = filter(None, (user.login_name, user.alias, user.owner, user.contact_email))
    return [part for text in given for part in (text, *text.split("@"), *re.split(r"[@.\s]", text))]


def words_of_service(issuer: str, signature: str) -> list[str]:
    """The names of the service: its host, and the last words of its messages."""
    host = urlsplit(issuer).hostname or ""
    return [host, *host.split("."), signature, *signature.split()]


def _is_common(text: str) -> bool:
    from mfa.users.common_passwords import is_common  # noqa: PLC0415 - only where a password is set

    piece = _once(_bare(text) or text)
    return len(piece) == 1 or any(is_common(each) for each in {text, piece, _APPENDED.sub("", text)})


def _cores(text: str) -> set[str]:
    """The letters and digits of a text, also without the digits around them and without repetition."""
    bare = _bare(text)
    letters = bare.strip("0123456789")
    return {core for each in (bare, letters) if len(core := _once(each)) >= _WORD_LENGTH}


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _once(text: str) -> str:
    """The piece that the text repeats, or the text."""
    found = _REPEATED.fullmatch(text)
    return found[1] if found else text
