"""Judges the values of an action's parameters, which a message shows as they were given."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from mfa.errors import InvalidRequest
from mfa.messages.deeds import DEFAULT, VALUE_LENGTH, Deed, parameters
from mfa.messages.digits import begins_autofill, reads_as_code
from mfa.messages.insertions import hidden
from mfa.messages.links import names_host

# Unicode's quotation marks (PropList, Quotation_Mark) but the single ones, which are apostrophes, and what looks like them.
_QUOTES = frozenset('"“”„‟«»‹›「」『』〝〞〟＂｢｣﹁﹂﹃﹄⹂❝❞❠🙶🙷🙸״″‶ʺˮ˝〃《》')
_APOSTROPHES = r"['’‘‛‚`´′ʹʼ＇]{2}"


def refuse_params(texts: Mapping[str, str], params: Mapping[str, object], passcode_length: int) -> dict[str, str]:
    """The values of these parameters, all of them text that a message may hold as it is.

    `texts` are those of the action type. Raises InvalidRequest on `params.<name>`, or on `params` if values are harmless alone
    and not beside each other.
    """
    wanted = parameters(texts[DEFAULT])
    for name in params:
        if name not in wanted:
            raise InvalidRequest(f"params.{name[:VALUE_LENGTH]}", "is not a parameter of this action type")
    values = {}
    for name in wanted:
        if name not in params:
            raise InvalidRequest(f"params.{name}", "is required")
        value = params[name]
        if not isinstance(value, str):
            raise InvalidRequest(f"params.{name}", "must be text")
        for problem in value_problems(value, passcode_length):
            raise InvalidRequest(f"params.{name}", problem)
        values[name] = value
    deed = Deed(texts, values)
    for locale in texts:
        for problem in whole_problems(deed.words(locale), passcode_length):
            raise InvalidRequest("params", f"{problem}, not even beside each other")
    return values


def value_problems(value: str, passcode_length: int) -> Iterator[str]:
    """Why a message may not show a value, in words that follow its name."""
    if not 1 <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= VALUE_LENGTH:
        yield f"must have 1 to {VALUE_LENGTH} characters; an emoji counts as two"
    if hidden(value) or "\n" in value:
        yield "must not hold line breaks, characters that cannot be seen, or marks of writing direction"
    if value.strip() != value:
        yield "must not begin or end with a blank"
    if unicodedata.category(value[:1] or " ")[0] == "M":
        yield "must not begin with a mark that joins the character before it"
    if not _QUOTES.isdisjoint(value) or re.search(_APOSTROPHES, value):
        yield "must not hold double quotation marks: they would end the quotation around it"
    yield from whole_problems(value, passcode_length)


def whole_problems(words: str, passcode_length: int) -> Iterator[str]:
    """Why a message may not show these words, in words that follow their name."""
    if reads_as_code(words, passcode_length):
        yield f"must not hold {passcode_length} digits, also in groups, which could pass for a passcode"
    if names_host(words):
        yield "must not hold a link, an address, or what phones make one of"
    if begins_autofill(words):
        yield "must not begin with @ nor hold # and a digit, from which phones would fill in a passcode"
