"""Delivers published events to the webhook of the parameter EventsUrl, signed. Reads neither the table nor any other secret."""

import os
import time
from functools import cache

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mfa.aws.clients import client
from mfa.aws.stored_values import read_key_ring
from mfa.caches import Cached
from mfa.webhook.endpoint import Endpoint, NotDelivered
from mfa.webhook.message import Keys, PublishedEvent


class _Message(msgspec.Struct):
    """A message of the queue."""

    body: str


class _Batch(msgspec.Struct):
    """A call by the queue. The template asks for one message each."""

    messages: list[_Message] = msgspec.field(name="Records")


logger = Logger()
keys = Cached(lambda: Keys.of(read_key_ring(client("secretsmanager"), os.environ["WEBHOOK_SECRET_NAME"])))


@cache
def endpoint() -> Endpoint:
    """The webhook."""
    return Endpoint(os.environ["EVENTS_URL"])


@logger.inject_lambda_context(clear_state=True, log_event=False)
def handler(event: dict[str, object], _context: LambdaContext) -> None:
    """Delivers the event of a message. Raises NotDelivered: the queue then keeps the message, and tries again later."""
    for message in msgspec.convert(event, _Batch).messages:
        published = msgspec.json.decode(message.body, type=PublishedEvent)
        try:
            endpoint().post(keys().headers(published, time.time()), published.body)
        except NotDelivered as error:
            logger.warning("not delivered", webhook_id=published.id, type=published.type, cause=str(error))
            raise
        logger.info("delivered", webhook_id=published.id, type=published.type)
