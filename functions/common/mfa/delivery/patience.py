"""How long a vendor is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long Twilio is waited for, in seconds. All of it together stays below the function's own 20."""

    connect: float = 3.0
    read: float = 8.0
    # Once it is over, no attempt begins.
    retry_until: float = 5.0
    # An attempt that begins late waits no longer than until then.
    deadline: float = 12.0


PATIENCE = Patience()
