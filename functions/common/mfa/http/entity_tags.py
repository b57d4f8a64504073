"""Conditional requests (RFC 9110, 13.1): `If-Match` and `If-None-Match`, lists, `*` and weak tags included."""

import re

ANY = "*"
_TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


def is_match(header: str, etag: str) -> bool:
    """Whether `If-Match` allows a change of what has this tag. Weak tags never match (13.1.1)."""
    return header.strip() == ANY or etag in _tags(header)


def is_known(header: str, etag: str) -> bool:
    """Whether `If-None-Match` says that the reader has what has this tag; weak or not is the same (13.1.2)."""
    return header.strip() == ANY or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in _tags(header)}


def _tags(header: str) -> list[str]:
    return re.findall(_TAG, header) if _LIST.fullmatch(header) else []
