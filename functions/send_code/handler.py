"""Sends passcodes and notices: challenges, resends, recovery, changes to accounts. Cannot sign access tokens.

Links that open an account are not for this function, which makes the passcodes: `verify_code` mails them.
"""

import re
from urllib.parse import quote_plus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa.challenges.sends import SendResult
from mfa.decoding import convert
from mfa.errors import Forbidden
from mfa.flows.mail_codes import CodeMail
from mfa.flows.tell_changes import Notice
from mfa.http import operations, views
from mfa.http.answers import ChallengeState
from mfa.http.app import App
from mfa.http.auth import Anyone
from mfa.http.calls import Call
from mfa.http.requests import ResendChallenge, StartChallenge, StartRecovery
from mfa.instrumented import known_error
from mfa.messages.channels import Channel
from mfa.messages.feedback import MessageReceived
from mfa.tokens.mfa_tokens import MfaToken
from mfa.wiring import Wiring

# An HMAC-SHA1 in Base64: https://www.twilio.com/docs/usage/security#validating-requests
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")

logger = Logger()
wiring = Wiring()
app = App(wiring, logger)


@app.operation(operations.START_CHALLENGE)
def start_challenge(call: Call[StartChallenge, MfaToken]) -> ChallengeState:
    """Texts a passcode to one of the user's phones."""
    channel = Channel(call.body.channel)
    return _sent(wiring.send_passcode.start(call.principal, call.caller, call.body.phone_id, channel, call.body.locale))


@app.operation(operations.RESEND_CHALLENGE)
def resend_challenge(call: Call[ResendChallenge, MfaToken]) -> ChallengeState:
    """Sends a new passcode for the same challenge."""
    body = call.body
    return _sent(wiring.send_passcode.resend(call.principal, call.caller, call.id, body.channel, body.phone_id))


@app.operation(operations.START_RECOVERY)
def start_recovery(call: Call[StartRecovery, MfaToken]) -> ChallengeState:
    """Sends a passcode to the contact email."""
    return _sent(wiring.send_passcode.recover(call.principal, call.caller))


@app.operation(operations.GET_CHALLENGE)
def get_challenge(call: Call[None, MfaToken]) -> ChallengeState:
    """The challenge as it stands."""
    return views.challenge(wiring.send_passcode.get(call.principal, call.id), wiring.clock())


@app.operation(operations.TWILIO_STATUS)
def twilio_status(call: Call[None, Anyone]) -> None:
    """Records Twilio's report about a message. The signature must be over the configured URL that Twilio was given."""
    # Before anything is read: whoever knows the URL may ask.
    signature = SIGNATURE.fullmatch(call.request.header("X-Twilio-Signature") or "")
    if signature is None:
        raise Forbidden("The signature is not Twilio's.")
    ref = call.request.query().get("ref", "")
    addresses = wiring.addresses()
    # Messages that were sent before the stack had the other address report here still.
    address = addresses.callbacks if call.request.by_function_url else addresses.public
    url = operations.callback_url(address, quote_plus(ref))
    outcome = wiring.twilio_callbacks.read(url, call.request.form(), signature[0])
    _count_undelivered(None if outcome is None else wiring.delivery_reports.record(ref, outcome))


@app.handed_over("Records")
def aws_reports(given: object) -> None:
    """Records AWS's reports about messages. SNS brings them, and IAM lets it do so from one topic only."""
    for ref, outcome in wiring.aws_reports(given):
        _count_undelivered(wiring.delivery_reports.record(ref, outcome))


def _count_undelivered(error: str | None) -> None:
    """Logs and counts the error of a message that a vendor took and did not deliver."""
    if error is not None:
        logger.warning("not delivered", error=error)
        wiring.metrics.count("send_failures", error=known_error(error))


def _sent(result: SendResult) -> ChallengeState:
    challenge = result.challenge
    if result.decision is not None:
        logger.warning("fraud decision", **result.decision.detail)
    if result.sent:
        channel = "test" if result.is_test else challenge.channel.value
        wiring.metrics.count("sends", channel=channel, region=challenge.region)
        wiring.metrics.count("unconfirmed_sends", region=challenge.region)
    return views.challenge(challenge, wiring.clock())


@app.handed_over("notice")
def tell(given: object) -> None:
    """Tells a user of a change."""
    wiring.tell_changes.tell(convert(given, Notice))


@app.handed_over("code")
def mail_code(given: object) -> None:
    """Mails the code that confirms a new contact email."""
    wiring.mail_codes.send(convert(given, CodeMail))


@app.handed_over("feedback")
def put_feedback(given: object) -> None:
    """Tells AWS that a message was received. It is not tried again: AWS then counts the message as lost, and that is all."""
    if not wiring.put_feedback(convert(given, MessageReceived)):
        logger.warning("feedback refused")
        wiring.metrics.count("feedback_failures", reason="refused")


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True, log_event=False)
@wiring.metrics.flushed
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answers API Gateway; takes a notice, `{"notice": …}`, or a code to be mailed, `{"code": …}`, from another function.

    Takes AWS's reports about messages from SNS, `{"Records": […]}`, and feedback for AWS, `{"feedback": …}`, from `verify_code`.
    """
    return app.resolve(event)
