"""Checks passwords and passcodes, keeps actions, and issues tokens. Cannot read Twilio's token. Serves the client pages.

Mails the links of invitations and password resets that `admin` hands over. Such a link is as good as a token: no function that
cannot sign may learn it.
"""

from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa.decoding import convert
from mfa.factors.factors import Factor
from mfa.flows.enrol import OpenedEnrolment
from mfa.flows.log_in import LoggedIn, Vouched
from mfa.http import (
    action_operations,
    action_views,
    enrolment_operations,
    enrolment_views,
    operations,
    password_operations,
    password_views,
    static_files,
    views,
)
from mfa.http.action_bodies import ActionOpened, ActionRedemption, ActionState, ActionToOpen
from mfa.http.answers import Approved, Authenticated, EnrolmentRequired, Jwks, MfaRequired
from mfa.http.app import App
from mfa.http.auth import Anyone
from mfa.http.calls import Call
from mfa.http.enrolment_bodies import EnrolmentOpened, EnrolmentToOpen
from mfa.http.gateway import HttpRequest, Response
from mfa.http.password_bodies import FollowedLink, ResetPermitted
from mfa.http.requests import Login, VerifyChallenge, VerifyFactor, VouchedLogin, end_user_network
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.clients import Client
from mfa.wiring import Wiring

if TYPE_CHECKING:
    from mfa.flows.user_access import TokenHolder

logger = Logger()
wiring = Wiring()
app = App(wiring, logger)
pages = static_files.Pages(static_files.built(__file__, "account"))


@app.operation(operations.LOGIN)
def login(call: Call[Login, Anyone]) -> MfaRequired | Authenticated | EnrolmentRequired:
    """Checks name and password."""
    body = call.body
    passed = wiring.log_in.login(body.login_name, body.password, call.address, body.device_token)
    wiring.metrics.count("logins")
    if isinstance(passed, LoggedIn) and passed.trusted_device:
        wiring.metrics.count("trusted_device_logins")
    if isinstance(passed, OpenedEnrolment):
        logger.warning("enrolment at login")
        wiring.metrics.count("enrolments_at_login")
        return views.enrolment(passed)
    return views.first_factor(passed)


@app.operation(operations.LOGIN_VOUCHED)
def login_vouched(call: Call[VouchedLogin, Client]) -> MfaRequired | Authenticated:
    """Logs a user in whose password a registered client has checked."""
    passed = wiring.log_in.vouched(
        Vouched(
            client=call.principal,
            login_name=call.body.login_name,
            address=call.address,
            end_user_address=end_user_network(call.body.end_user_address),
            supports_mfa=call.body.client_supports_mfa,
            client_version=call.body.client_version,
        )
    )
    wiring.metrics.count("logins")
    if isinstance(passed, LoggedIn) and passed.legacy:
        logger.warning("legacy skip", client=call.principal.client_id)
        wiring.metrics.count("legacy_skips")
    return views.first_factor(passed)


@app.operation(operations.VERIFY_CHALLENGE)
def verify_challenge(call: Call[VerifyChallenge, MfaToken]) -> Approved:
    """Completes the login, or approves the action, with the passcode."""
    body = call.body
    approval = wiring.verify_passcode.verify(call.principal, call.id, body.code, call.caller, body.wish)
    if not approval.repeated:
        wiring.metrics.count("approvals", region=approval.region)
        wiring.metrics.count("unconfirmed_sends", -1, region=approval.region)
        if approval.of_action:
            wiring.metrics.count("action_approvals")
        if approval.feedback_id:
            wiring.feedback.received(approval.feedback_id)
    return views.approval(approval)


@app.operation(operations.VERIFY_FACTOR)
def verify_factor(call: Call[VerifyFactor, MfaToken]) -> Approved:
    """Completes the login with a code of an authenticator app, a recovery code or a temporary access code."""
    factor = Factor(call.body.method)
    approval = wiring.prove_factor.prove(call.principal, factor, call.body.code, call.caller, call.body.wish)
    if not approval.repeated:
        wiring.metrics.count("approvals", region=approval.region)
        wiring.metrics.count("factor_approvals", factor=factor)
        if factor is Factor.TEMPORARY_CODE:
            # An administrator let this user in without any factor of the user's own.
            logger.warning("temporary access code used")
            wiring.metrics.count("temporary_codes_used")
    return views.approval(approval)


@app.operation(password_operations.OPEN_RESET)
def open_reset(call: Call[FollowedLink, Anyone]) -> MfaRequired | ResetPermitted:
    """Follows the link to another password."""
    return password_views.followed(wiring.open_reset.open(call.body.reset))


@app.operation(action_operations.OPEN_ACTION)
def open_action(call: "Call[ActionToOpen, Client | TokenHolder]") -> ActionOpened:
    """Opens an action, for a relying application or for the user who asks."""
    opened = wiring.open_action.open(call.principal, call.body.asked(), call.caller)
    if not opened.repeated:
        wiring.metrics.count("actions")
    return action_views.opened(opened)


@app.operation(action_operations.GET_ACTION)
def get_action(call: Call[None, Client | MfaToken]) -> ActionState:
    """The action as it stands."""
    return action_views.state(wiring.end_action.get(call.principal, call.id), wiring.clock())


@app.operation(action_operations.DENY_ACTION)
def deny_action(call: Call[None, MfaToken]) -> ActionState:
    """Ends an action that somebody else asked for."""
    action, denied = wiring.end_action.deny(call.principal, call.id, call.caller)
    if denied:
        logger.warning("action denied", type=action.type, client=action.client_id)
        wiring.metrics.count("action_denials")
    return action_views.state(action, wiring.clock())


@app.operation(action_operations.REDEEM_ACTION)
def redeem_action(call: Call[None, Client]) -> ActionRedemption:
    """Uses an approval up, once."""
    action, redeemed = wiring.end_action.redeem(call.principal, call.id, call.caller)
    if redeemed:
        wiring.metrics.count("action_redemptions")
    return action_views.redemption(action)


@app.operation(enrolment_operations.OPEN_ENROLMENT)
def open_enrolment(call: Call[EnrolmentToOpen, Anyone]) -> EnrolmentOpened:
    """Takes an invitation."""
    opened = wiring.open_enrolment.open(call.body.invitation)
    wiring.metrics.count("enrolments_opened")
    return enrolment_views.opened(opened)


@app.operation(operations.JWKS)
def jwks(_call: Call[None, Anyone]) -> Jwks:
    """The public keys of access tokens."""
    return Jwks(wiring.access_keys.jwks())


@app.operation(operations.OPENAPI)
def openapi(_call: Call[None, Anyone]) -> dict[str, object]:
    """The description of the API."""
    from mfa.api import OPERATIONS  # noqa: PLC0415 - a passcode's verification need not wait for it
    from mfa.http.openapi import document  # noqa: PLC0415 - a passcode's verification need not wait for it

    return document(wiring.issuer(), OPERATIONS)


@app.page("/v1/account")
def account_address(_request: HttpRequest) -> Response:
    """Redirects to the first page: API Gateway ignores a final slash, and relative links need the page's own path.

    A browser keeps the fragment, in which an invitation comes.
    """
    return static_files.redirect(f"{wiring.issuer()}/v1/account/index.html")


@app.page("/v1/account/{proxy+}")
def account_page(request: HttpRequest) -> Response:
    """A file of the client pages."""
    return pages.page(request)


@app.handed_over("link")
def mail_link(given: object) -> None:
    """Mails an invitation."""
    from mfa.flows.mail_links import LinkMail  # noqa: PLC0415 - a passcode's verification need not wait for it

    wiring.mail_links.send(convert(given, LinkMail))


@app.handed_over("reset")
def mail_reset(given: object) -> None:
    """Mails the link to another password, if there is such a user."""
    from mfa.flows.ask_reset import ResetMail  # noqa: PLC0415 - a passcode's verification need not wait for it

    wiring.mail_reset.send(convert(given, ResetMail))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True, log_event=False)
@wiring.metrics.flushed
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answers API Gateway; takes a link to be mailed, `{"link": …}`, from `admin`.

    `{"reset": …}` is a link that anybody asked for: it is mailed if there is such a user.
    """
    return app.resolve(event)
