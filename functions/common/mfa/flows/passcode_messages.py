"""The message that carries a drawn passcode, as logins and settings tests send it."""

from dataclasses import replace

from mfa.challenges.drafts import Draft
from mfa.challenges.sends import Destination
from mfa.messages import composition
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.values import Settings
from mfa.users.user import User


def passcode_message(
    user: User, destination: Destination, draft: Draft, about: tuple[str | None, str], settings: Settings
) -> Outgoing:
    """The message to this destination. `about` is the requested language and the send's `ref`."""
    locale, ref = about
    passcode = Passcode(
        login_name=user.login_name,
        code=draft.digits,
        prefix=draft.prefix,
        signature=settings.signature,
        origin=settings.origin,
    )
    region = destination.phone.region if destination.phone else None
    reader = composition.Reader(locale, user.locale, region, settings.default_locale)
    wording = composition.Wording(settings.templates, settings.signature, settings.expiry_seconds)
    message = composition.compose(passcode, destination.channel, destination.address, reader, wording)
    return replace(message, ref=ref, to_verified=destination.phone is not None and destination.phone.verified)
