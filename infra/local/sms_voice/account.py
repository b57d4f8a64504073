"""The account of the simulated AWS End User Messaging."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from infra.local.resolver import ACCOUNT_ID, REGION


@dataclass(frozen=True)
class Account:
    """An account with one phone number, one pool that holds it, and one configuration set.

    Attributes:
        phone_number_id: the number's identifier, `phone-` and 32 hex digits.
        registered_sender_ids: the sender IDs that are registered, each with its country (ISO 3166).
        topic_arn: the SNS topic that gets the events of messages that name the configuration set.
    """

    phone_number: str
    phone_number_id: str
    pool_id: str
    configuration_set: str
    topic_arn: str
    registered_sender_ids: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def arn(self, resource: str) -> str:
        """The ARN of one of the account's resources, given as `pool/pool-…`."""
        return f"arn:aws:sms-voice:{REGION}:{ACCOUNT_ID}:{resource}"


def local_account(name: str = "local") -> Account:
    """An account derived from a name. The same name gives the same identifiers on every machine, in every run."""
    return Account(
        phone_number="+12065550142",
        phone_number_id=f"phone-{_hex(name, 'phone number')}",
        pool_id=f"pool-{_hex(name, 'pool')}",
        configuration_set=f"{name}-mfa",
        topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{name}-mfa-sms-events",
        registered_sender_ids=frozenset({("BACKUP", "SG")}),
    )


def _hex(name: str, purpose: str) -> str:
    return hashlib.sha256(f"simulated sms-voice/{name}/{purpose}".encode()).hexdigest()[:32]
