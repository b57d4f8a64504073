"""Renders templates, and lints those that administrators edit before they are saved.

A template is text with the placeholders `{code}`, `{login_name}`, `{prefix}` and `{signature}`, and nothing else; `{{` and `}}`
stand for braces. The origin-bound line (WICG, Origin-bound one-time codes) is never part of a template: it is
appended. `gsm7` knows alphabets and segments (3GPP TS 23.038 and 23.040).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from copy import replace
from typing import Literal

from msgspec import Struct

from mfa.messages.digits import passes_for_code
from mfa.messages.gsm7 import is_gsm7, segments
from mfa.messages.insertions import UNSEEN, hidden, shown_names, shown_signature
from mfa.messages.links import has_link
from mfa.messages.locales import DEFAULT, LOCALES, built_in, match, texts
from mfa.messages.passcode_texts import SHORTEST_PASSCODE, Passcode
from mfa.messages.placeholders import pieces, render

__all__ = [
    "DEFAULT",
    "LOCALES",
    "LONGEST",
    "MAX_SEGMENTS",
    "Offender",
    "Problem",
    "Report",
    "built_in",
    "has_link",
    "lint",
    "mail",
    "match",
    "recovery_notice",
    "render",
    "text",
    "text_of",
    "ucs2_warning",
]

PLACEHOLDERS = ("code", "login_name", "prefix", "signature")
MAX_SEGMENTS = 3
# Twilio refuses a longer body (error 21617).
LONGEST = 1600

# Stand for the code and the prefix while a template is judged. No template may hold these private-use characters.
_CODE, _PREFIX = "\ue000", "\ue001"
# Patterns of the linter, compiled when it is first asked: functions that only send never ask.
_ALONE = rf"""(?:^|[\s"'(\[:«“„‘「『（【：，。、،؛]){_CODE}(?:$|[\s"')\]»”’」』）】：，。、！？،؛؟]|[.,:;!?](?:\s|$))"""
_BESIDE = rf"{_CODE}[^\w\n]*{_PREFIX}|{_PREFIX}[^\w\n]*{_CODE}"
# Four digits in a row, in any script.
_RUN = rf"\d{{{SHORTEST_PASSCODE},}}"
# Replacements that Unicode's compatibility decomposition does not know.
_SUGGESTIONS = (
    dict.fromkeys("’‘‚‛‹›", "'")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("–—‐‑−", "-")
    | dict(zip("ŁłĐđıŐőŰű•·×", "LlDdiÖöÜü*.x", strict=True))
    | {"Œ": "OE", "œ": "oe"}
)


class Problem(Struct, frozen=True):
    """A finding of the linter: a stable code, and words that follow the name of a field (`must hold {code}`).

    `about` has the placeholders, letters and limits that the words name, for whoever says it in another language.
    """

    code: str
    message: str
    about: tuple[str, ...] = ()


class Offender(Struct, frozen=True):
    """A character that GSM-7 lacks, its Unicode name, and a replacement."""

    character: str
    name: str
    suggestion: str | None


class Report(Struct, frozen=True, kw_only=True):
    """The linter's report on a template.

    Judged with a login name of 16 characters: a longer one is shortened to that where it would cost a segment.

    Attributes:
        problems: why the template may not be saved.
        warnings: what costs more than it must, or is left out.
        alphabet: the alphabet that the message needs.
        segments: how many segments a message is paid as.
        offending: the characters that GSM-7 lacks, in order, each once.
        preview: the message as a phone shows it, for a sample login.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    alphabet: Literal["GSM-7", "UCS-2"]
    segments: int
    offending: tuple[Offender, ...]
    preview: str

    @property
    def acceptable(self) -> bool:
        """Whether it may be saved."""
        return not self.problems


def text(template: str, passcode: Passcode) -> str:
    """The text message: the template filled in, and the origin-bound line after it.

    With a template that `lint` accepts, the code stands alone and is the only run of digits of its length outside the
    last line. A long login name is shortened as far as that saves a segment: in most languages to one, and to two where
    the name's own characters need UCS-2. Where MAX_SEGMENTS do not hold such a name at all, `..` stands for it.
    """
    return text_of(template, passcode, {}, MAX_SEGMENTS)


def text_of(template: str, passcode: Passcode, more: Mapping[str, str], most: int) -> str:
    """The text message of a template with placeholders of its own, whose values are `more`, in so many segments at most."""

    def assembled(login_name: str) -> str:
        body = render(template, {**_values(passcode, login_name), **more})
        return f"{body}\n\n@{passcode.origin} #{passcode.code}" if passcode.origin else body

    bodies = [assembled(name) for name in shown_names(passcode.login_name, len(passcode.code))]
    fewest = segments(bodies[-1])
    if fewest > most:
        return assembled("..")
    return next(body for body in bodies if segments(body) <= fewest)


def mail(locale: str, passcode: Passcode) -> tuple[str, str]:
    """Subject and body of a recovery mail, in a language of LOCALES."""
    values = _values(passcode, next(shown_names(passcode.login_name, len(passcode.code))))
    return render(texts(locale).mail_subject, values), render(texts(locale).mail_body, values)


def recovery_notice(locale: str, login_name: str, signature: str) -> str:
    """The notice to the phones, in a language of LOCALES, that a passcode went to the mailbox."""
    told = Passcode(login_name=login_name, code="0" * SHORTEST_PASSCODE, prefix="", signature=signature, origin=None)
    return text(texts(locale).notice, told)


def signature_problems(signature: str) -> list[str]:
    """Why a signature may not be saved, in words that follow its name."""
    problems = []
    if hidden(signature):
        problems.append(UNSEEN)
    if has_link(signature):
        problems.append("must not hold a link")
    if passes_for_code(signature, SHORTEST_PASSCODE):
        problems.append("must not hold four digits, also in groups, which could pass for a passcode")
    if re.search(r"^\s*@|#\d", signature):
        problems.append("must not begin with @ nor hold # and a digit, from which phones would fill in a passcode")
    return problems


def lint(template: str, *, passcode_length: int, signature: str, origin: str | None) -> Report:
    """The linter's report on a template under these settings."""
    if len(template) > LONGEST:
        problem = Problem("too_long", f"must have at most {LONGEST} characters", (str(LONGEST),))
        return replace(lint("", passcode_length=passcode_length, signature="", origin=None), problems=(problem,))
    sample = Passcode(
        login_name="demo.user",
        code="5818839046"[:passcode_length],
        prefix="XYWD",
        signature=signature,
        origin=origin,
    )
    longest = replace(sample, login_name="alexandra.miller")
    body = text(template, longest)
    count = segments(body)
    words = render(template, dict.fromkeys(PLACEHOLDERS, ""))
    offending = _offenders(words + signature)
    # As it is written, else as it is sent: a signature may complete what the template only begins.
    wrong = tuple(_wrong_words(template, "signature")) or tuple(_wrong_words(template, signature))
    return Report(
        problems=(*_wrong_placeholders(template), *wrong, *_too_large(body, count)),
        warnings=tuple(_warnings(template, words, offending, count)),
        alphabet="GSM-7" if is_gsm7(body) else "UCS-2",
        segments=count,
        offending=offending,
        preview=text(template, sample),
    )


def _values(passcode: Passcode, login_name: str) -> dict[str, str]:
    return {
        "code": passcode.code,
        "login_name": login_name,
        "prefix": passcode.prefix,
        "signature": shown_signature(passcode.signature, len(passcode.code)),
    }


def _wrong_placeholders(template: str) -> Iterator[Problem]:
    found = list(pieces(template, PLACEHOLDERS))
    codes = found.count(("placeholder", "code"))
    if codes == 0:
        hint = " in single braces" if "{{code}}" in template else ""
        yield Problem("no_code", f"must hold {{code}}{hint}")
    if codes > 1:
        yield Problem("code_twice", "must hold {code} once only: phones offer to fill in the one code of a message")
    if ("placeholder", "prefix") not in found:
        yield Problem("no_prefix", "must hold {prefix}, by which a person tells which login the message belongs to")
    for unknown in dict.fromkeys(word for kind, word in found if kind == "unknown"):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        yield Problem("unknown_placeholder", f"must not hold {unknown}; what is filled in is {known}", (unknown,))
    if any(kind == "brace" for kind, _ in found):
        yield Problem("unbalanced_brace", "must not hold a single brace; write {{ or }} for one that is to be seen")


def _wrong_words(template: str, signature: str) -> Iterator[Problem]:
    values = {"code": _CODE, "login_name": "user", "prefix": _PREFIX, "signature": signature}
    judged = render(template, values)
    if judged.count(_CODE) == 1 and not re.search(_ALONE, judged):
        yield Problem(
            "code_not_alone", "must have {code} apart from letters, digits and signs, by a blank or a line break"
        )
    if re.search(_BESIDE, judged):
        yield Problem("prefix_beside_code", "must have a word or a line break between {prefix} and {code}")
    if has_link(judged.replace(_PREFIX, "XYWD")):
        yield Problem("link", "must not hold a link, nor what phones make one of, as a full stop before a word")
    # A login name and a signature may begin or end with three digits: one digit beside them makes four.
    numbered = render(template, values | {"login_name": "000", "signature": "000 signature 000"})
    if passes_for_code(judged, SHORTEST_PASSCODE) or re.search(_RUN, numbered):
        yield Problem(
            "digits",
            "must not hold four digits, nor one beside {login_name} or {signature}: they could pass for a code",
        )
    if hidden(template):
        yield Problem("control_characters", "must not hold tabs, control characters or marks of writing direction")
    if template.strip() != template or "\n\n\n" in template:
        yield Problem(
            "line_breaks", "must not begin or end with a blank or line break, nor hold two empty lines in a row"
        )
    if any(line.lstrip().startswith("@") for line in judged.splitlines()):
        yield Problem("reserved_line", "must not begin a line with @: the last line, @host #code, is added to it")


def _too_large(body: str, count: int) -> Iterator[Problem]:
    if len(body) > LONGEST:
        yield Problem("too_long", f"must make a message of at most {LONGEST} characters", (str(LONGEST),))
    if count > MAX_SEGMENTS:
        yield Problem("too_many_segments", f"must fit {MAX_SEGMENTS} segments; it takes {count}", (str(MAX_SEGMENTS),))


def _warnings(template: str, words: str, offending: tuple[Offender, ...], count: int) -> Iterator[Problem]:
    found = set(pieces(template, PLACEHOLDERS))
    for name in ("signature", "login_name"):
        if ("placeholder", name) not in found:
            yield Problem(f"no_{name}", f"does not hold {{{name}}}")
    yield from ucs2_warning(words, offending)
    if count > 1:
        yield Problem("segments", f"takes {count} segments and so costs {count} times as much as one")


def ucs2_warning(words: str, offending: tuple[Offender, ...] | None = None) -> Iterator[Problem]:
    """Names the few letters of these words that GSM-7 lacks. A language of other letters needs UCS-2: then there is no warning."""
    found = _offenders(words) if offending is None else offending
    if found and 4 * sum(not is_gsm7(character) for character in words) <= len(words):
        named = ", ".join(_named(offender) for offender in found)
        about = tuple(f"{_shown(offender)} → {offender.suggestion or ''}" for offender in found)
        yield Problem("ucs2", f"fits 70 instead of 160 characters into a segment because of {named}", about)


def _offenders(words: str) -> tuple[Offender, ...]:
    return tuple(_offender(character) for character in dict.fromkeys(words) if not is_gsm7(character))


def _shown(offender: Offender) -> str:
    # Invisible characters are called by their names.
    return offender.character if offender.character.isprintable() else offender.name


def _named(offender: Offender) -> str:
    shown = _shown(offender)
    instead = "a blank" if offender.suggestion == " " else offender.suggestion
    return f"{shown} (write {instead})" if instead else shown


def _offender(character: str) -> Offender:
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    return Offender(character, name, _suggestion(character))


def _suggestion(character: str) -> str | None:
    """The replacement in GSM-7: the letter without its mark, the plain quote or dash, the spelt-out ligature."""
    if character in _SUGGESTIONS:
        return _SUGGESTIONS[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain and plain != character and is_gsm7(plain) and not set(plain) & set("{}\n") else None
