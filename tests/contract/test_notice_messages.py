"""The messages of notices: each goes out once, and none is lost that the vendor did not take."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from mfa.challenges.budgets import Charge, Cost
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.errors import PhoneUnusable, Refusal, SmsUnavailable, TemporarilyUnavailable
from mfa.flows.tell_changes import Notice, NoticePhone, TellChanges
from mfa.messages.notice_texts import AccountChange
from mfa.store.notices import NoticeStore
from mfa.users.user import Kind
from tests.contract.world import NUMBER, World

MAILBOX = "demo.user@example.com"
NOT_TAKEN = Outcome(Delivery.FAILED, "sms_unavailable", SmsUnavailable())
THROTTLED = Outcome(Delivery.FAILED, "Throttling", TemporarilyUnavailable())


@dataclass
class Messages:
    """The store's notices, and what became of them."""

    claims: NoticeStore
    fates: list[str] = field(default_factory=list)

    def claim_notice(self, ref: str, charges: Sequence[Charge], cost: Cost, now: float) -> Charge | None:
        return self.claims.claim_notice(ref, charges, cost, now)

    def give_notice_back(self, ref: str, now: float) -> None:
        self.claims.give_notice_back(ref, now)

    def reclaim_notice(self, ref: str, now: float) -> bool:
        return self.claims.reclaim_notice(ref, now)

    def told(self, channel: str) -> None:
        self.fates.append(channel)

    def not_told(self, reason: str) -> None:
        self.fates.append(reason)


@pytest.fixture
def messages(world: World) -> Messages:
    return Messages(world.notice_claims)


@pytest.fixture
def tell(world: World, messages: Messages) -> TellChanges:
    return TellChanges(messages=messages, messenger=world.sms, mailer=world.email, runtime=world.runtime)


def notice(*, by_mail: bool = False) -> Notice:
    return Notice(
        id="a1b2c3",
        login_name="demo.user",
        user_kind=Kind.BACKUP,
        changes=[AccountChange.PASSWORD],
        phones=[] if by_mail else [NoticePhone(NUMBER, "HK", "+852", "mobile")],
        mailboxes=[MAILBOX] if by_mail else [],
    )


@pytest.mark.guards("GIVEN_BACK")
@pytest.mark.parametrize(("by_mail", "outcome"), [(False, NOT_TAKEN), (True, THROTTLED)])
def test_a_message_that_was_not_taken_goes_out_once_later_and_is_charged_once(
    world: World, tell: TellChanges, messages: Messages, by_mail: bool, outcome: Outcome
) -> None:
    """Twilio is paused between the check and the sending, or SES is throttled."""
    vendor = world.email if by_mail else world.sms
    vendor.outcomes = [outcome, outcome]
    for _ in range(2):
        with pytest.raises(Refusal):
            tell.tell(notice(by_mail=by_mail))
    for _ in range(3):
        tell.tell(notice(by_mail=by_mail))
    assert len(vendor.outbox) == 1
    assert messages.fates == ["tried_again", "tried_again", "email" if by_mail else "sms"]
    charged = world.items("MAILBOX#notices-" if by_mail else f"NUMBER#{NUMBER}")
    assert [item["n"] for item in charged] == [1]


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        (Outcome(Delivery.UNKNOWN), "sms"),
        (Outcome(Delivery.FAILED, "21610", PhoneUnusable()), "refused"),
    ],
)
def test_a_message_that_may_have_gone_out_or_never_will_is_not_tried_again(
    world: World, tell: TellChanges, messages: Messages, outcome: Outcome, fate: str
) -> None:
    world.sms.outcomes = [outcome]
    for _ in range(3):
        tell.tell(notice())
    assert messages.fates == [fate]
    assert world.counted(f"NUMBER#{NUMBER}") == 1
