"""Administration: over HTTP for system users, and by direct invocation, authorised by IAM. Serves the console.

Serves people's own accounts as well, below `/v1/me`: it alone may write profiles, phones and factors.
"""

from pathlib import Path

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import UNSET

from mfa import errors
from mfa.administration import operations
from mfa.administration.invocation import read_invocation
from mfa.flows.enrol_phone import AskedPhone, EnrolmentSend
from mfa.flows.invite import Inviter
from mfa.flows.user_access import Owner, TokenHolder
from mfa.http import (
    enrolment_operations,
    enrolment_views,
    me_operations,
    me_views,
    password_operations,
    qr_codes,
    static_files,
    views,
)
from mfa.http.app import App, failure
from mfa.http.auth import Anyone
from mfa.http.calls import Call
from mfa.http.enrolment_bodies import ClientInvitation, InvitationMade
from mfa.http.gateway import HttpRequest, Response, read_request
from mfa.http.me_bodies import (
    EmailCode,
    Me,
    NewRecoveryCodes,
    OwnProfile,
    PhoneApproved,
    PhoneChallenge,
    PhoneCode,
    PhoneResend,
    PhoneToEnrol,
    ProfileChange,
    TotpConfirmation,
    TotpConfirmed,
    TotpToConfirm,
)
from mfa.http.password_bodies import Asked, ForgottenPassword, PasswordChange, PasswordToSet
from mfa.messages.channels import Channel
from mfa.metrics import WHOLE
from mfa.users.clients import Client
from mfa.wiring import Wiring

logger = Logger()
wiring = Wiring()
wiring.audit = logger.warning
app = App(wiring, logger)
console = static_files.Pages(
    Path(__file__).with_name("console"),
    {"shared": static_files.built(__file__, "console/shared", "shared")},
    joined="locales",
)


for task in operations.SERVED.values():
    task.serve(app, lambda: wiring.administration)


@app.operation(me_operations.GET_ME)
def get_me(call: Call[None, TokenHolder]) -> Me:
    """One's own account."""
    return me_views.me(wiring.own_accounts.read(call.principal))


@app.operation(me_operations.PATCH_ME)
def patch_me(call: Call[ProfileChange, TokenHolder]) -> OwnProfile:
    """Changes one's own language; mails a code to a new contact email."""
    holder, body, change = call.principal, call.body, None
    user = holder.user
    if body.locale is not UNSET:
        wiring.own_accounts.language(body.locale)  # before anything is mailed
    if body.contact_email is None:
        user = wiring.own_email.set(holder, call.address, None)
    elif body.contact_email is not UNSET:
        change = wiring.own_email.begin(holder, call.address, body.contact_email)
    if body.locale is not UNSET:
        user = wiring.own_accounts.set_locale(holder, call.address, body.locale)
    return me_views.profile(user, change)


@app.operation(me_operations.VERIFY_EMAIL)
def verify_contact_email(call: Call[EmailCode, TokenHolder]) -> None:
    """Makes the new address one's contact email."""
    wiring.own_email.verify(call.principal, call.address, call.body.code)


@app.operation(me_operations.START_PHONE)
def start_own_phone(call: Call[PhoneToEnrol, Owner]) -> PhoneChallenge:
    """Sends a passcode to a number that becomes one's own phone."""
    body = call.body
    asked = AskedPhone(number=body.number, channel=Channel(body.channel), locale=body.locale)
    return _sent(wiring.enrol_phone.start(call.principal, call.caller, asked))


@app.operation(me_operations.GET_PHONE)
def get_own_phone(call: Call[None, Owner]) -> PhoneChallenge:
    """The challenge of a phone that is being enrolled."""
    return me_views.phone_challenge(wiring.enrol_phone.get(call.principal, call.id), wiring.clock())


@app.operation(me_operations.RESEND_PHONE)
def resend_own_phone(call: Call[PhoneResend, Owner]) -> PhoneChallenge:
    """Sends a new passcode to the number."""
    channel = None if call.body.channel is None else Channel(call.body.channel)
    return _sent(wiring.enrol_phone.resend(call.principal, call.caller, call.id, channel))


@app.operation(me_operations.VERIFY_PHONE)
def verify_own_phone(call: Call[PhoneCode, Owner]) -> PhoneApproved:
    """Makes the number one's own phone."""
    enrolled = wiring.enrol_phone.verify(call.principal, call.caller, call.id, call.body.code)
    if not enrolled.repeated:
        wiring.metrics.count("unconfirmed_sends", -1, region=enrolled.phone.region)
    return PhoneApproved(views.phone_choice(enrolled.phone), enrolled.mfa_enabled)


@app.operation(me_operations.REMOVE_PHONE)
def remove_own_phone(call: Call[None, TokenHolder]) -> None:
    """Removes one of one's own phones."""
    wiring.own_phones.remove(call.principal, call.address, call.id)


@app.operation(enrolment_operations.INVITE)
def invite(call: Call[ClientInvitation, Client]) -> InvitationMade:
    """Invites a backup user of a relying application."""
    by = Inviter(call.principal.client_id, call.address, backup_only=True)
    by_mail = call.body.deliver == "email"
    return enrolment_views.made(wiring.invite.create(by, call.body.login_name, call.body.hours, by_mail=by_mail))


@app.operation(password_operations.CHANGE_PASSWORD)
def change_password(call: Call[PasswordChange, TokenHolder]) -> None:
    """Changes one's own password."""
    body = call.body
    wiring.own_password.change(call.principal.user, call.address, body.current_password, body.new_password)
    wiring.metrics.count("password_changes")


@app.operation(password_operations.ASK_RESET)
def ask_reset(call: Call[ForgottenPassword, Anyone]) -> Asked:
    """Has a link mailed, if there is such a user."""
    wiring.ask_reset.ask(call.body.login_name, call.body.locale, call.address)
    wiring.metrics.count("password_resets_asked")
    return Asked()


@app.operation(password_operations.RESET_PASSWORD)
def reset_password(call: Call[PasswordToSet, Anyone]) -> None:
    """Sets a forgotten password anew."""
    wiring.reset_password.reset(call.body.reset_token, call.body.new_password, call.address)
    wiring.metrics.count("password_resets")


@app.page("/v1/admin/console")
def console_address(_request: HttpRequest) -> Response:
    """Redirects to the first page: API Gateway ignores a final slash, and relative links need the page's own path."""
    return static_files.redirect(f"{wiring.issuer()}/v1/admin/console/index.html")


@app.page("/v1/admin/console/{proxy+}")
def console_page(request: HttpRequest) -> Response:
    """A file of the console."""
    return console.page(request)


@app.operation(me_operations.BEGIN_TOTP)
def begin_totp(call: Call[None, Owner]) -> TotpToConfirm:
    """Draws the secret of an authenticator app."""
    new = wiring.own_factors.begin_totp(call.principal)
    return TotpToConfirm(secret=new.secret, uri=new.uri, qr_svg=qr_codes.svg(new.uri))


@app.operation(me_operations.CONFIRM_TOTP)
def confirm_totp(call: Call[TotpConfirmation, Owner]) -> TotpConfirmed:
    """Makes the authenticator app one's own."""
    user = wiring.own_factors.confirm_totp(call.principal, call.address, call.body.code)
    return TotpConfirmed(user.mfa_enabled)


@app.operation(me_operations.REMOVE_TOTP)
def remove_totp(call: Call[None, TokenHolder]) -> None:
    """Removes one's authenticator app."""
    wiring.own_factors.remove_totp(call.principal, call.address)


@app.operation(me_operations.MAKE_RECOVERY_CODES)
def make_recovery_codes(call: Call[None, Owner]) -> NewRecoveryCodes:
    """Makes recovery codes."""
    return NewRecoveryCodes(wiring.own_factors.make_recovery_codes(call.principal, call.address))


@app.operation(me_operations.END_DEVICE)
def end_device(call: Call[None, TokenHolder]) -> None:
    """Ends a trusted device."""
    wiring.own_factors.end_device(call.principal, call.address, call.id)


@app.operation(me_operations.END_DEVICES)
def end_devices(call: Call[None, TokenHolder]) -> None:
    """Ends all trusted devices."""
    wiring.own_factors.end_devices(call.principal, call.address)


def _sent(result: EnrolmentSend) -> PhoneChallenge:
    challenge = result.enrolment.challenge
    if result.sent:
        wiring.metrics.count("sends", channel=challenge.channel.value, region=challenge.region)
        wiring.metrics.count("unconfirmed_sends", region=challenge.region)
    return me_views.phone_challenge(result.enrolment, wiring.clock())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True, log_event=False)
@wiring.metrics.flushed
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answers API Gateway; answers a direct invocation `{"operation", "input"}` with `{"output"}` or `{"error"}`."""
    if request := read_request(event):
        return app.answer(request)
    # A direct invocation has no HTTP request id, so its own id goes into the logs and the answer.
    logger.set_correlation_id(context.aws_request_id)
    by_schedule = False
    try:
        invocation = read_invocation(event)
        by_schedule = invocation.scheduled
        logger.append_keys(operation=invocation.known_name)
        if by_schedule:
            logger.info("scheduled invocation")
        else:
            # Logged as a warning, because IAM authorises it and nobody logs in.
            logger.warning("direct invocation")
        return {"output": invocation.carry_out(wiring.administration)}
    except errors.Refusal as refusal:
        return app.refuse_invocation(refusal)
    except Exception as error:  # noqa: BLE001 - every exception is logged and answered
        logger.error("broken", extra=failure(error))
        return app.refuse_invocation(errors.InternalError(correlation_id=context.aws_request_id))
    finally:
        if not by_schedule:
            # IAM authorises it without an administrator's login.
            wiring.metrics.count("incidents", WHOLE, incident="DirectInvocation")
