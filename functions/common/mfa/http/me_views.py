"""One's own account as the API shows it: phones masked, and of the history no more than is the user's business."""

from msgspec import structs

from mfa.challenges.email_changes import EmailChange
from mfa.challenges.phone_enrolments import PhoneEnrolment
from mfa.flows.own_account import OwnAccount, author_of
from mfa.http import me_bodies, views
from mfa.times import rfc3339
from mfa.users.history import Event
from mfa.users.user import User, mask_email


def me(value: OwnAccount) -> me_bodies.Me:
    """The whole account."""
    account, user = value.account, value.account.existing_user
    held = account.factors
    return me_bodies.Me(
        login_name=user.login_name,
        alias=user.alias,
        kind=user.kind,
        locale=user.locale,
        contact_email=user.contact_email,
        mfa_enabled=user.mfa_enabled,
        phones=[views.phone_choice(phone) for phone in account.phones],
        totp=me_bodies.TotpState(rfc3339(held.secrets.totp_enrolled_at)) if held.has_totp else None,
        recovery_codes_remaining=len(held.recovery_codes_left),
        devices=[
            me_bodies.Device(
                id=device.id,
                name=device.name,
                created_at=rfc3339(device.created_at),
                expires_at=rfc3339(device.expires_at),
            )
            for device in value.devices
        ],
        methods=list(value.methods),
        events=[_event(event, user) for event in value.events],
    )


def profile(user: User, change: EmailChange | None = None) -> me_bodies.OwnProfile:
    """The fields that a user may change, and the contact email that is to be confirmed."""
    pending = None
    if change is not None:
        pending = me_bodies.EmailToConfirm(
            address=mask_email(change.address),
            prefix=change.prefix,
            expires_at=rfc3339(change.expires_at),
            resend_available_at=rfc3339(change.available_at),
        )
    return me_bodies.OwnProfile(
        login_name=user.login_name, locale=user.locale, contact_email=user.contact_email, email_to_confirm=pending
    )


def phone_challenge(value: PhoneEnrolment, now: float) -> me_bodies.PhoneChallenge:
    """The challenge of a phone that is being enrolled."""
    shown = structs.asdict(views.challenge(value.challenge, now))
    return me_bodies.PhoneChallenge(**shown, phone_id=value.challenge.phone_id)


def _event(event: Event, user: User) -> me_bodies.OwnEvent:
    author = author_of(event, user)
    calling_code, number = event.detail.get("calling_code"), event.detail.get("masked_number")
    return me_bodies.OwnEvent(
        at=rfc3339(event.at),
        type=event.type,
        by=author,
        address=event.address if author == "user" else None,
        phone=f"{calling_code} - {number}" if calling_code and number else None,
        channel=event.detail.get("channel"),
    )
