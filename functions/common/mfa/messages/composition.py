"""Composes messages from a passcode, by channel and language."""

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from mfa.messages import action_texts, gsm7, locales, templates, twiml
from mfa.messages.channels import DEFAULT, Channel, Form
from mfa.messages.deeds import Deed
from mfa.messages.language_tags import closest
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode

NOTICE_VALID_SECONDS = 3600
TAKING_SECONDS = 15
# Twilio takes no shorter ValidityPeriod than a second, and a message needs a few to be handed over.
LEAST_VALID_SECONDS = 5


class Wording(Struct, frozen=True):
    """An administrator's part of a message: templates by locale, the last words, and the seconds that it is valid."""

    templates: Mapping[str, str]
    signature: str
    expiry_seconds: int


class Reader(Struct, frozen=True):
    """The reader of a message.

    Attributes:
        requested: the language that the client asked for.
        locale: the user's own language.
        region: the ISO 3166 region of the phone.
        default: the setting `default_locale`.
    """

    requested: str | None
    locale: str | None
    region: str | None
    default: str | None = None

    def language(self, *more: str) -> str:
        """The language, of those that are shipped and of these: as asked for, else the user's, the default, the region's."""
        available = sorted({*locales.LOCALES, *more})
        return self.language_among(available)

    def language_among(self, available: Collection[str]) -> str:
        """The language, of these alone; `en` if none of them is close enough."""
        return locales.match(self.requested, self.locale, self.region, available, self.default)


def template(locale: str, templates: Mapping[str, str]) -> str:
    """The text message's template: the administrator's, else the built-in one."""
    return templates.get(locale) or locales.built_in(locale)


def notice(login_name: str, address: str, reader: Reader, signature: str) -> Outgoing:
    """The notice to a verified phone that a passcode went to the mailbox."""
    text = templates.recovery_notice(reader.language(), login_name, signature)
    return text_without_passcode(text, address, reader.region or "")


def text_without_passcode(body: str, address: str, region: str) -> Outgoing:
    """A notice to a verified phone. It has no `ref`: nothing is kept of it."""
    return Outgoing(
        channel=DEFAULT,
        address=address,
        region=region,
        body=body,
        valid_seconds=NOTICE_VALID_SECONDS,
        is_notice=True,
        to_verified=True,
    )


def compose(passcode: Passcode, channel: Channel, address: str, reader: Reader, wording: Wording) -> Outgoing:
    """The message to this number or mailbox, in the channel's form. It has no `ref` yet.

    Raises ValueError for a deed on a channel that cannot name it: nobody may approve something unread.
    """
    if passcode.deed is not None and not channel.traits.names_deed:
        raise ValueError(f"a message by {channel.traits.label} names no deed")
    subject, body = _COMPOSERS[channel.traits.form](passcode, reader, wording)
    return Outgoing(
        channel=channel,
        address=address,
        region=reader.region or "",
        body=body,
        subject=subject,
        # Counted from when Twilio accepts it, some time after the passcode was drawn.
        valid_seconds=max(wording.expiry_seconds - TAKING_SECONDS, LEAST_VALID_SECONDS),
    )


def frame_locale(locale: str) -> str:
    """The language of the words around a deed in this language: validation sees to it that there is one."""
    return closest(locale, action_texts.LOCALES) or locales.DEFAULT


def deed_words(deed: Deed, reader: Reader) -> tuple[str, str]:
    """The language of the words around the deed, and the deed in it."""
    locale = reader.language_among(sorted(deed.texts))
    return frame_locale(locale), deed.words(locale)


def segments(outgoing: Outgoing) -> int:
    """How many segments are paid for; 0 if the channel is not paid by segments."""
    return gsm7.segments(outgoing.body) if outgoing.channel.traits.paid_by_segment else 0


def _text(passcode: Passcode, reader: Reader, wording: Wording) -> tuple[str, str]:
    if passcode.deed is not None:
        locale, words = deed_words(passcode.deed, reader)
        return "", action_texts.text(locale, words, passcode)
    chosen = template(reader.language(*wording.templates), wording.templates)
    return "", templates.text(chosen, passcode)


def _call(passcode: Passcode, reader: Reader, wording: Wording) -> tuple[str, str]:
    locale, words = deed_words(passcode.deed, reader) if passcode.deed is not None else (reader.language(), None)
    spoken = twiml.passcode_call(locale, passcode.code, signature=wording.signature, region=reader.region, deed=words)
    return "", spoken


def _template(passcode: Passcode, _reader: Reader, _wording: Wording) -> tuple[str, str]:
    """The words are those of a template that the vendor has approved; the code is its one variable."""
    return "", passcode.code


def _mail(passcode: Passcode, reader: Reader, _wording: Wording) -> tuple[str, str]:
    return templates.mail(reader.language(), passcode)


# Subject and body by form.
_COMPOSERS: Mapping[Form, Callable[[Passcode, Reader, Wording], tuple[str, str]]] = {
    Form.TEXT: _text,
    Form.CALL: _call,
    Form.TEMPLATE: _template,
    Form.MAIL: _mail,
}
