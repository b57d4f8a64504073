"""Tells what phones make a link of."""

import re
import unicodedata
from itertools import takewhile

# A scheme, a host name (IDNA takes three more characters for its dot), an IPv4 address.
_SCHEME = r"(?i)://|\b(?:www|ftp)\.|\b(?:https?|mailto|tel|sms|smsto|geo|maps|market|intent|whatsapp|tg):"
_IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3}\b"
_LINK = rf"{_SCHEME}|[^\s.]\.[^\W\d_]{{2,}}|[a-z0-9][。．｡][a-z]{{2,}}|{_IPV4}"
_EMAIL = r"\S@[^\s@]+\.[^\s@]"


def has_link(words: str) -> bool:
    """Whether phones would make a link of some of these words. A full stop before a word is taken for one."""
    return bool(re.search(_LINK, words))


def names_host(text: str) -> bool:
    """Whether a phone makes a link of some of this text, as somebody typed it.

    A dot makes a host name only before a top-level domain: a file's name may have one.

    >>> [names_host(text) for text in ("Payroll.bak", "bit.ly/x", "1.2.3.4", "me@example.com", "sms:1")]
    [False, True, True, True, True]
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"(?<=[a-z0-9])[。｡](?=[a-z])", ".", plain)
    if re.search(f"{_SCHEME}|{_IPV4}|{_EMAIL}", plain):
        return True
    return any(ends_host(_label(plain[dot.end() :])) for dot in re.finditer(r"(?<=[^\s.])\.(?=\w)", plain))


def ends_host(label: str) -> bool:
    """Whether a label after a dot is a top-level domain. Each pair of letters is taken for one."""
    from mfa.messages.top_level_domains import TOP_LEVEL_DOMAINS  # noqa: PLC0415 - few texts need it

    return label.startswith("xn--") or label in TOP_LEVEL_DOMAINS or bool(re.fullmatch("[a-z]{2}", label))


def _label(text: str) -> str:
    """The letters and digits at the beginning, with their marks; all of an encoded name (`xn--p1ai`)."""
    if text.startswith("xn--"):
        return text
    return "".join(takewhile(lambda each: each.isalnum() or unicodedata.category(each)[0] == "M", text))
