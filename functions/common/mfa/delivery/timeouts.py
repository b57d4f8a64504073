"""Timeouts of requests to Twilio."""

from msgspec import Struct


class Timeouts(Struct, frozen=True):
    """Timeouts in seconds. Together they stay below the function's own timeout of 20 s.

    Attributes:
        connect: for a connection to open.
        read: for an answer to one attempt.
        retry_until: no attempt begins later than this after the first.
        deadline: an attempt that begins late waits for its answer no longer than until this moment.
    """

    connect: float = 3.0
    read: float = 8.0
    retry_until: float = 5.0
    deadline: float = 12.0


TIMEOUTS = Timeouts()
# Another route is tried no later than this after the first: its own deadline still has to fit into the function's timeout.
NEXT_ROUTE_SECONDS = 5.0
# A proxy may answer so after it has handed the message on. (RFC 9110, 15.5.9.)
REQUEST_TIMEOUT = 408
# For an answer of AWS.
AWS_READ_SECONDS = 6
