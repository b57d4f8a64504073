"""Messages to a user: those that went out, and a test of a phone."""

from mfa import errors
from mfa.administration import message_requests as requests
from mfa.administration.message_answers import MessageError, MessageList, MessageView
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.administration.user_messages import SentMessage, message_of_phone_test
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.times import rfc3339
from mfa.users.actors import Actor
from mfa.users.roles import Permission
from mfa.vendor_errors import look_up

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="messages.list",
        route="GET /v1/admin/users/{login_name}/messages",
        summary="Read how far the latest messages to a user have come",
        needs=Permission.SEE,
        request=requests.ListMessages,
        response=MessageList,
        refusals=(errors.UserNotFound,),
    )
)
def list_messages(administration: Administration, call: Call[requests.ListMessages, Actor]) -> MessageList:
    """The latest messages to a user, newest first."""
    found = administration.messages.latest(call.body.login_name, call.body.limit)
    return MessageList([_view(each) for each in found], rfc3339(administration.clock()))


@tasks.carries_out(
    AdministrationOperation(
        id="phones.test",
        route="POST /v1/admin/users/{login_name}/phones/{id}/test",
        summary="Send a test message, without a code, to a user's phone",
        needs=Permission.HELP,
        request=requests.PhoneToTest,
        response=MessageView,
        status=201,
        refusals=(
            errors.UserNotFound,
            errors.PhoneNotFound,
            errors.Conflict,
            errors.DestinationBlocked,
            errors.PhoneUnusable,
            errors.ResendTooSoon,
            errors.RateLimited,
            errors.SmsUnavailable,
            errors.SettingsIncomplete,
        ),
    )
)
def test_phone(administration: Administration, call: Call[requests.PhoneToTest, Actor]) -> MessageView:
    """Sends a test message. A vendor's refusal is in the answer."""
    sent = administration.phone_tests.send(call.principal, call.body.login_name, call.body.id)
    return _view(message_of_phone_test(sent))


def _view(value: SentMessage) -> MessageView:
    error = None
    if value.error is not None:
        known = look_up(value.error)
        error = MessageError(code=known.code, meaning=known.meaning, advice=known.advice, acts=known.acts)
    sent = value.sent
    return MessageView(
        id=sent.id,
        kind=value.kind,
        sent_at=rfc3339(sent.at),
        phone_id=sent.phone_id,
        destination=value.destination,
        channel=value.channel,
        provider=value.vendor,
        status=value.delivery,
        ended_at=None if value.ended_at is None else rfc3339(value.ended_at),
        error=error,
        confirmed=value.confirmed,
        test_number=value.is_to_test_number,
        by=sent.actor,
    )
