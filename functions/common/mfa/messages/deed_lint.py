"""Lints the sentences of action types before they are saved, by the messages and calls that they will make."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mfa.messages import action_texts, twiml
from mfa.messages.action_texts import MAX_SEGMENTS
from mfa.messages.composition import frame_locale
from mfa.messages.deeds import DEFAULT, MOST_PARAMETERS, VALUE_LENGTH, parameters
from mfa.messages.digits import begins_autofill, passes_for_code
from mfa.messages.gsm7 import is_gsm7, segments
from mfa.messages.insertions import hidden
from mfa.messages.links import has_link
from mfa.messages.passcode_texts import SHORTEST_LOGIN_NAME, SHORTEST_PASSCODE, Passcode
from mfa.messages.placeholders import pieces, render
from mfa.messages.templates import Problem, ucs2_warning

# RFC 9396, 2.2: members of `authorization_details` with a meaning of their own.
RESERVED = frozenset({"type", "locations", "actions", "datatypes", "privileges", "identifier"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
# Values may hold apostrophes, which would end a quotation in single marks.
_QUOTED = r"""["“”„«»‹›「」『』《》]\s?"""
# A letter beyond GSM-7 takes a 67th of a segment, and no character of GSM-7 more than two 153rds.
_DEAR = "永"
# A character of two units is never cut in two, so that each segment but the last may have one unit less.
_CUTS = MAX_SEGMENTS - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The settings that a message depends on."""

    passcode_length: int
    signature: str
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedReport:
    """The linter's report on an action type's sentence in one language.

    Attributes:
        problems: why the sentence may not be saved.
        warnings: what costs more than it must, or reads badly.
        alphabet: the alphabet that the message needs with sample values.
        segments: how many segments it then is paid as.
        preview: the message as a phone shows it, with sample values.
        longest: the same with values of VALUE_LENGTH letters of GSM-7.
        longest_segments: its segments.
        most_segments: the most that any values may take.
        call: the words of a call with sample values, and `…` for the digits.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    alphabet: Literal["GSM-7", "UCS-2"]
    segments: int
    preview: str
    longest: str
    longest_segments: int
    most_segments: int
    call: tuple[str, ...]


def lint(texts: Mapping[str, str], locale: str, conditions: Conditions) -> DeedReport:
    """The linter's report on the sentence in a language of `texts`."""
    template, frame = texts[locale], frame_locale(locale)
    names = parameters(template)
    samples = {name: sample(name) for name in names}
    preview = _message(template, frame, samples, conditions)
    longest = _message(template, frame, dict.fromkeys(names, _letters()), conditions)
    return DeedReport(
        problems=problems(texts, locale, conditions),
        warnings=tuple(_warnings(template, names, segments(preview))),
        alphabet="GSM-7" if is_gsm7(preview) else "UCS-2",
        segments=segments(preview),
        preview=preview,
        longest=longest,
        longest_segments=segments(longest),
        most_segments=_most_segments(template, frame, names, conditions),
        call=twiml.words_of_call(frame, conditions.signature, render(template, samples)),
    )


def problems(texts: Mapping[str, str], locale: str, conditions: Conditions) -> tuple[Problem, ...]:
    """Why the sentence in a language of `texts` may not be saved."""
    template = texts[locale]
    return (
        *_wrong_placeholders(texts, locale),
        *_wrong_words(template),
        *_too_large(template, frame_locale(locale), parameters(template), conditions),
    )


def sample(name: str) -> str:
    """A value to show in place of a parameter: its name, as in "Backup set" for `backup_set`."""
    return name.replace("_", " ").strip().capitalize() or "-"


def _letters() -> str:
    words = "The longest value that a parameter may have is of sixty letters "
    return words[: VALUE_LENGTH - 1] + "."


def _passcode(conditions: Conditions, login_name: str) -> Passcode:
    return Passcode(
        login_name=login_name,
        code="5818839046"[: conditions.passcode_length],
        prefix="XYWD",
        signature=conditions.signature,
        origin=conditions.origin,
    )


def _message(
    template: str, frame: str, values: Mapping[str, str], conditions: Conditions, login_name: str = "demo.user"
) -> str:
    return action_texts.text(frame, render(template, values), _passcode(conditions, login_name))


def _call(template: str, frame: str, values: Mapping[str, str], conditions: Conditions) -> str:
    code = _passcode(conditions, "").code
    return twiml.passcode_call(frame, code, signature=conditions.signature, deed=render(template, values))


def _most_segments(template: str, frame: str, names: tuple[str, ...], conditions: Conditions) -> int:
    # A longer login name is shortened to this where that saves a segment.
    name = _DEAR * SHORTEST_LOGIN_NAME
    body = _message(template, frame, dict.fromkeys(names, _DEAR * VALUE_LENGTH), conditions, name)
    return segments(body + _DEAR * _CUTS)


def _wrong_placeholders(texts: Mapping[str, str], locale: str) -> Iterator[Problem]:
    template = texts[locale]
    names = parameters(template)
    if any(kind == "brace" for kind, _ in pieces(template, names)):
        yield Problem("unbalanced_brace", "must not hold a single brace; write {{ or }} for one that is to be seen")
    for name in names:
        if not _NAME.fullmatch(name):
            rule = "a parameter's name has 1 to 32 small letters, digits and _, and begins with a letter"
            yield Problem("parameter_name", f"must not hold {{{name}}}: {rule}", (f"{{{name}}}",))
        elif name in RESERVED:
            told = f"must not hold {{{name}}}, which means something else in a token"
            yield Problem("parameter_reserved", told, (f"{{{name}}}",))
    if len(names) > MOST_PARAMETERS:
        told = f"must have at most {MOST_PARAMETERS} parameters"
        yield Problem("too_many_parameters", told, (str(MOST_PARAMETERS),))
    if locale != DEFAULT and set(names) != set(wanted := parameters(texts.get(DEFAULT, ""))):
        about = tuple(f"{{{name}}}" for name in wanted)
        shown = ", ".join(about) or "no placeholder"
        yield Problem("other_parameters", f"must hold the same placeholders as {DEFAULT}: {shown}", about)


def _wrong_words(template: str) -> Iterator[Problem]:
    names = parameters(template)
    judged = render(template, dict.fromkeys(names, "user"))
    words = render(template, dict.fromkeys(names, ""))
    if not any(unicodedata.category(each)[0] == "L" for each in words):
        yield Problem("no_words", "must say in words of its own what is confirmed")
    if has_link(judged):
        yield Problem("link", "must not hold a link, nor what phones make one of, as a full stop before a word")
    # Values may begin or end with digits.
    if passes_for_code(judged, SHORTEST_PASSCODE) or re.search(r"\d{4}", render(template, dict.fromkeys(names, "000"))):
        yield Problem(
            "digits",
            "must not hold four digits, which could pass for a code, nor a placeholder beside a digit or another one",
        )
    if hidden(template) or "\n" in template:
        yield Problem(
            "control_characters",
            "must not hold line breaks, tabs, control characters or marks of writing direction",
        )
    if template.strip() != template or unicodedata.category(template[:1] or " ")[0] == "M":
        yield Problem("line_breaks", "must not begin or end with a blank, nor begin with a mark")
    if begins_autofill(render(template, dict.fromkeys(names, "0"))):
        yield Problem(
            "autofill",
            "must not begin with @ nor hold # before a digit or a placeholder: phones would fill in a code from it",
        )


def _too_large(template: str, frame: str, names: tuple[str, ...], conditions: Conditions) -> Iterator[Problem]:
    most = _most_segments(template, frame, names, conditions)
    if most > MAX_SEGMENTS:
        yield Problem(
            "too_many_segments",
            f"must fit {MAX_SEGMENTS} segments with values of {VALUE_LENGTH} letters of any alphabet; it takes {most}",
            (str(MAX_SEGMENTS),),
        )
    if len(_call(template, frame, dict.fromkeys(names, "&" * VALUE_LENGTH), conditions)) > twiml.LONGEST:
        yield Problem("call_too_long", "is too long for a call with the longest values")


def _warnings(template: str, names: tuple[str, ...], count: int) -> Iterator[Problem]:
    for name in names:
        if not re.search(rf"{_QUOTED}{{{name}}}", template):
            yield Problem(
                "unquoted",
                f"does not put {{{name}}} into double quotation marks, so that a value may read like words of yours",
                (f"{{{name}}}",),
            )
    yield from ucs2_warning(render(template, dict.fromkeys(names, "")))
    if count > 1:
        yield Problem("segments", f"takes {count} segments and so costs {count} times as much as one")
