"""Checks passwords and passcodes, and issues tokens. Cannot read Twilio's token."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa.flows.log_in import LoggedIn
from mfa.http import operations, views
from mfa.http.answers import Approved, Authenticated, Jwks, MfaRequired
from mfa.http.app import App
from mfa.http.auth import Anyone
from mfa.http.calls import Call
from mfa.http.requests import Login, VerifyChallenge, VouchedLogin
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.clients import Client
from mfa.wiring import Wiring

logger = Logger()
wiring = Wiring()
app = App(wiring, logger)


@app.operation(operations.LOGIN)
def login(call: Call[Login, Anyone]) -> MfaRequired | Authenticated:
    """Checks name and password."""
    passed = wiring.log_in.login(call.body.login_name, call.body.password, call.address)
    wiring.metrics.count("logins")
    return views.first_factor(passed)


@app.operation(operations.LOGIN_VOUCHED)
def login_vouched(call: Call[VouchedLogin, Client]) -> MfaRequired | Authenticated:
    """Logs a user in whose password a registered client has checked."""
    passed = wiring.log_in.vouched(
        call.principal,
        call.body.login_name,
        call.address,
        supports_mfa=call.body.client_supports_mfa,
        client_version=call.body.client_version,
    )
    wiring.metrics.count("logins")
    if isinstance(passed, LoggedIn) and passed.legacy:
        logger.warning("legacy skip", client=call.principal.client_id)
        wiring.metrics.count("legacy_skips")
    return views.first_factor(passed)


@app.operation(operations.VERIFY_CHALLENGE)
def verify_challenge(call: Call[VerifyChallenge, MfaToken]) -> Approved:
    """Completes the login with the passcode."""
    approval = wiring.verify_passcode.verify(call.principal, call.id, call.body.code, call.caller)
    if not approval.repeated:
        wiring.metrics.count("approvals", region=approval.region)
        wiring.metrics.count("unconfirmed_sends", -1, region=approval.region)
    return views.approval(approval)


@app.operation(operations.JWKS)
def jwks(_call: Call[None, Anyone]) -> Jwks:
    """The public keys of access tokens."""
    return Jwks(wiring.signer.jwks())


@app.operation(operations.OPENAPI)
def openapi(_call: Call[None, Anyone]) -> dict[str, object]:
    """The description of the API."""
    from mfa.api import OPERATIONS  # noqa: PLC0415 - a passcode's verification need not wait for it
    from mfa.http.openapi import document  # noqa: PLC0415 - a passcode's verification need not wait for it

    return document(wiring.issuer(), OPERATIONS)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True, log_event=False)
@wiring.metrics.flushed
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answers API Gateway."""
    return app.resolve(event, context)
