"""An SNS topic whose messages invoke a function, as a subscription of Lambda does.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from infra.local.inbox import timestamp
from infra.local.pool import Busy, Outcome

type Invoke = Callable[[bytes], Outcome]


class Topic:
    """A topic with at most one subscription. Each message is delivered once; AWS repeats one whose function fails."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self._subscription = f"{arn}:{uuid.uuid4()}"
        self._invoke: Invoke | None = None

    def subscribe(self, invoke: Invoke) -> None:
        """Invoke a function with every message from now on."""
        self._invoke = invoke

    def publish(self, message: Mapping[str, object]) -> Mapping[str, object]:
        """Deliver a message. Returns its fate: the status that Lambda answered with, and the problem if there was one."""
        if self._invoke is None:
            return {"answer": None, "problem": "the topic has no subscription"}
        try:
            outcome = self._invoke(json.dumps(self._event(message)).encode())
        except Busy:
            return {"answer": 429, "problem": "no worker became free"}
        if outcome.error:
            failure = json.loads(outcome.payload)
            return {"answer": 200, "problem": f"{failure['errorType']}: {failure['errorMessage']}"}
        return {"answer": 200, "problem": None}

    def _event(self, message: Mapping[str, object]) -> dict[str, object]:
        """The event that Lambda hands to the function. Nobody checks its signature: IAM decides who may invoke."""
        address = f"https://sns.{self.arn.split(':')[3]}.amazonaws.com/"
        notification: dict[str, object] = {
            "Type": "Notification",
            "MessageId": str(uuid.uuid4()),
            "TopicArn": self.arn,
            "Subject": None,
            "Message": json.dumps(message),
            "Timestamp": timestamp(datetime.now(UTC)),
            "SignatureVersion": "1",
            "Signature": "bG9jYWw=",
            "SigningCertUrl": f"{address}SimpleNotificationService-local.pem",
            "UnsubscribeUrl": f"{address}?Action=Unsubscribe&SubscriptionArn={self._subscription}",
            "MessageAttributes": {},
        }
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": self._subscription}
        return {"Records": [{**record, "Sns": notification}]}
