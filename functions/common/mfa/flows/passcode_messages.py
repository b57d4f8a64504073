"""The message that carries a drawn passcode, as logins, actions and settings tests send it."""

from copy import replace

from msgspec import Struct

from mfa.challenges.drafts import Draft
from mfa.challenges.sends import Destination
from mfa.messages import composition
from mfa.messages.deeds import Deed
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.values import Settings
from mfa.users.user import User


class About(Struct, frozen=True):
    """The subject of a message.

    Attributes:
        locale: the requested language.
        deed: the deed that the code confirms, or None for a login.
        seconds: how long the code is valid; None: as the settings say.
    """

    locale: str | None
    deed: Deed | None = None
    seconds: int | None = None


def passcode_message(user: User, destination: Destination, draft: Draft, about: About, settings: Settings) -> Outgoing:
    """The message to this destination."""
    passcode = Passcode(
        login_name=user.login_name,
        code=draft.digits,
        prefix=draft.prefix,
        signature=settings.signature,
        origin=settings.origin,
        deed=about.deed,
    )
    region = destination.phone.region if destination.phone else None
    reader = composition.Reader(about.locale, user.locale, region, settings.default_locale)
    seconds = settings.expiry_seconds if about.seconds is None else about.seconds
    wording = composition.Wording(settings.templates, settings.signature, seconds)
    message = composition.compose(passcode, destination.channel, destination.address, reader, wording)
    return replace(message, to_verified=destination.phone is not None and destination.phone.verified)
