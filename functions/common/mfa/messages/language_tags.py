"""Language tags (BCP 47): their one spelling, and which of the available languages is closest to one.

Aliases, likely subtags, parents and distances are CLDR's, by langcodes. The library takes some 50 ms to load, so it is loaded
only for a tag that the plain cases do not decide: `en-US` or `de` never load it.
"""

import re
from collections.abc import Collection

# CLDR's distance between languages that one reader may be given in place of another: another region, Cantonese for
# Chinese. Another script (from 19) or merely a neighbour's language (Spanish for Catalan: 20) is too far.
_CLOSE = 15
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_PLAIN = re.compile(r"([a-z]{2,3})(-[a-z]{2})?")


def canonical(tag: str) -> str | None:
    """The tag as CLDR writes it, or None where it is no language tag.

    >>> canonical("iw"), canonical("en_US"), canonical("zh-cmn-hans"), canonical("-")
    ('he', 'en-US', 'zh-Hans', None)
    """
    written = _hyphened(tag)
    if not _TAG.fullmatch(written):
        return None
    from langcodes import standardize_tag  # noqa: PLC0415 - see above
    from langcodes.tag_parser import LanguageTagError  # noqa: PLC0415

    try:
        return standardize_tag(written, macro=True)
    except LanguageTagError:
        return None


def closest(tag: str, available: Collection[str]) -> str | None:
    """The available language that comes closest to the one asked for. None if a reader of that one may not read any.

    >>> closest("pt-AO", ["pt-BR", "pt-PT"])
    'pt-PT'
    """
    written = _hyphened(tag).lower()
    if not _TAG.fullmatch(written):
        return None
    by_tag = {each.lower(): each for each in available}
    if written in by_tag:
        return by_tag[written]
    plain = _PLAIN.fullmatch(written)
    # The only one of its language, in no special script and for no region: it serves every region.
    if plain and [each for each in by_tag if each.split("-")[0] == plain[1]] == [plain[1]]:
        return by_tag[plain[1]]
    return _closest(written, by_tag) or next((by_tag[each] for each in _truncations(written) if each in by_tag), None)


def _closest(tag: str, by_tag: dict[str, str]) -> str | None:
    wanted = canonical(tag)
    # The first of two that CLDR makes one, as `iw` and `he`.
    known = {name: original for original in reversed(by_tag.values()) if (name := canonical(original)) is not None}
    if wanted is None:
        return None
    if wanted in known:
        return known[wanted]
    from langcodes import closest_match  # noqa: PLC0415 - see above

    found, distance = closest_match(wanted, list(known), max_distance=_CLOSE)
    return known[found] if distance <= _CLOSE and found in known else None


def _hyphened(tag: str) -> str:
    """The tag of a POSIX locale's name (`en_US.UTF-8`), and any other as it is."""
    return re.split("[.@]", tag, maxsplit=1)[0].replace("_", "-")


def _truncations(tag: str) -> list[str]:
    """RFC 4647, 3.4: cut from the end; with the last subtag goes a singleton before it."""
    parts = tag.split("-")
    found = []
    while parts:
        found.append("-".join(parts))
        parts.pop()
        while parts and len(parts[-1]) == 1:
            parts.pop()
    return found
