"""Sends passcodes, notices and links: challenges, resends, recovery, changes to accounts, invitations. Cannot sign access tokens."""

from collections.abc import Callable
from urllib.parse import quote_plus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa import errors
from mfa.challenges.sends import SendResult
from mfa.decoding import convert
from mfa.flows.ask_reset import ResetMail
from mfa.flows.mail_codes import CodeMail
from mfa.flows.mail_links import LinkMail
from mfa.flows.tell_changes import Notice
from mfa.http import operations, views
from mfa.http.answers import ChallengeState
from mfa.http.app import App, failure
from mfa.http.auth import Anyone
from mfa.http.calls import Call
from mfa.http.requests import ResendChallenge, StartChallenge, StartRecovery
from mfa.instrumented import known_error
from mfa.messages.channels import Channel
from mfa.tokens.mfa_tokens import MfaToken
from mfa.wiring import Wiring

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
    """Records Twilio's report about a message. The signature must be over the configured URL."""
    ref = call.request.query().get("ref", "")
    signature = call.request.header("X-Twilio-Signature") or ""
    outcome = wiring.twilio_callbacks.read(wiring.callback_url(quote_plus(ref)), call.request.form(), signature)
    error = None if outcome is None else wiring.delivery_reports.record(ref, outcome)
    if error is not None:
        logger.warning("not delivered", error=error)
        wiring.metrics.count("send_failures", error=known_error(error))


def _sent(result: SendResult) -> ChallengeState:
    challenge = result.challenge
    if result.sent:
        channel = "test" if result.is_test else challenge.channel.value
        wiring.metrics.count("sends", channel=channel, region=challenge.region)
        wiring.metrics.count("unconfirmed_sends", region=challenge.region)
    return views.challenge(challenge, wiring.clock())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True, log_event=False)
@wiring.metrics.flushed
def handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answers API Gateway; takes a notice, `{"notice": …}`, or a link or code to be mailed, from another function.

    `{"reset": …}` is a link that anybody asked for: it is mailed if there is such a user.
    """
    if isinstance(event, dict) and event.keys() == {"notice"}:
        return handed_over(lambda: wiring.tell_changes.tell(convert(event["notice"], Notice)))
    if isinstance(event, dict) and event.keys() == {"link"}:
        return handed_over(lambda: wiring.mail_links.send(convert(event["link"], LinkMail)))
    if isinstance(event, dict) and event.keys() == {"reset"}:
        return handed_over(lambda: wiring.mail_reset.send(convert(event["reset"], ResetMail)))
    if isinstance(event, dict) and event.keys() == {"code"}:
        return handed_over(lambda: wiring.mail_codes.send(convert(event["code"], CodeMail)))
    return app.resolve(event, context)


def handed_over(send: Callable[[], None]) -> dict[str, object]:
    """Sends what was handed over. Raises NoticeFailed, so that Lambda tries again; it quotes nothing of the event."""
    try:
        send()
    except errors.Refusal as refusal:
        logger.warning("notice failed", code=refusal.code)
        raise NoticeFailed(refusal.code) from None
    except Exception as error:  # noqa: BLE001 - every exception is logged, without what it says
        logger.error("broken", extra=failure(error))
        raise NoticeFailed("internal_error") from None
    return {}


class NoticeFailed(Exception):
    """A notice, or a part of it, or a link was not sent."""
