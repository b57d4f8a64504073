"""Actions: one deed that a user is about to do, and the rules of its approval.

An action is opened, approved with a passcode that named it, and redeemed once; or it is denied, or expires. The store's
conditions enforce the rules; the methods here compute and explain them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from msgspec import Struct

from mfa import errors
from mfa.factors.factors import Proof
from mfa.factors.phones import Phone
from mfa.messages.channels import Channel
from mfa.messages.deeds import Deed
from mfa.settings.action_types import ActionType
from mfa.settings.values import Settings
from mfa.tokens.mfa_tokens import ActionRef

_HOUR = 3600


class ActionStatus(StrEnum):
    """The state of an action, as clients see it."""

    PENDING = "pending"
    APPROVED = "approved"
    REDEEMED = "redeemed"
    DENIED = "denied"
    EXPIRED = "expired"


_OVER: Mapping[ActionStatus, type[errors.Refusal]] = {
    ActionStatus.APPROVED: errors.ActionApproved,
    ActionStatus.REDEEMED: errors.ActionRedeemed,
    ActionStatus.DENIED: errors.ActionDenied,
    ActionStatus.EXPIRED: errors.ActionExpired,
}


class ActionRefused(Exception):
    """The store refused a write; `action` is how things stand, None if the item is gone."""

    def __init__(self, action: "Action | None") -> None:
        super().__init__("the action is not as the write needs it")
        self.action = action


class ActionEnd(Struct, frozen=True, kw_only=True):
    """A request that ends an action.

    Attributes:
        at: seconds since 1970.
        id: random; names the request.
        redemption: the digest of its idempotency key, if it redeems under one.
    """

    at: float
    id: str
    redemption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionApproval:
    """The approval of an action.

    Attributes:
        at: when the passcode came back, in seconds since 1970.
        redeem_before: until when it may be redeemed, which is the end of the access token as well.
        amr: how it was proved (RFC 8176).
        seal: HMAC over the action's seal and these values.
    """

    at: float
    redeem_before: float
    amr: tuple[str, ...]
    seal: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action's item, as read. Times are seconds since 1970.

    Attributes:
        id: names the action to clients.
        login_name: the user.
        type: its name in the setting `actions`.
        params: the values of the type's parameters.
        summary: the deed in words, as the client was shown it.
        locale: the language that was asked for.
        client_id: the relying application that may redeem it. None: the user opened it with a token of no client's.
        by_user: whether the user's own access token opened it.
        opened_at: when it was opened. Only phones that were verified well before may approve it.
        expires_at: until when it can be approved.
        token_seconds: how long its access token lives.
        jti: of the MFA token, the only one that its challenges answer to.
        fingerprint: a digest of the request that opened it.
        digest: SHA-256 of type and parameters, as `action_seals.digest_of` computes it.
        seal: HMAC of all of the above under a key that only verify_code can read.
        approval: how it was approved, or None.
        denied_at: when the user said that it was somebody else.
        redeemed_at: when the client redeemed it.
        redemption: the idempotency key of its redemption, as a digest: the same request gets the same answer again.
        ended_by: names the one request that denied or redeemed it, which may not have got the answer to its write.
    """

    id: str
    login_name: str
    type: str
    params: Mapping[str, str]
    summary: str
    locale: str | None = None
    client_id: str | None
    by_user: bool = False
    opened_at: float
    expires_at: float
    token_seconds: int
    jti: str
    fingerprint: str = ""
    digest: str
    seal: bytes = field(default=b"", repr=False)
    approval: ActionApproval | None = None
    denied_at: float | None = None
    redeemed_at: float | None = None
    redemption: str = field(default="", repr=False)
    ended_by: str = field(default="", repr=False)

    @property
    def ref(self) -> ActionRef:
        """The action as its MFA token names it."""
        return ActionRef(self.id, self.digest)

    def status(self, now: float) -> ActionStatus:
        """The action's state at this moment. An approval that was not redeemed in time is over."""
        if self.denied_at is not None:
            return ActionStatus.DENIED
        if self.redeemed_at is not None:
            return ActionStatus.REDEEMED
        if self.approval is not None:
            return ActionStatus.APPROVED if now < self.approval.redeem_before else ActionStatus.EXPIRED
        return ActionStatus.PENDING if now < self.expires_at else ActionStatus.EXPIRED

    def refuse_over(self, now: float) -> None:
        """Raises ActionDenied, ActionApproved, ActionRedeemed or ActionExpired unless it can still be approved."""
        if refusal := _OVER.get(self.status(now)):
            raise refusal

    def was_redeemed_by(self, end: ActionEnd) -> bool:
        """Whether the same request, under the same idempotency key, has redeemed it."""
        return self.redeemed_at is not None and bool(end.redemption) and self.redemption == end.redemption

    def refuse_unredeemable(self, now: float) -> None:
        """Raises ActionPending, ActionDenied, ActionRedeemed or ActionExpired unless it is approved and not redeemed."""
        status = self.status(now)
        if status is ActionStatus.PENDING:
            raise errors.ActionPending
        if status is not ActionStatus.APPROVED:
            raise _OVER[status]

    def amr(self, channel: Channel) -> list[str]:
        """How an approval by this channel is proved. A client that opened the action has proved no password to us."""
        password = [Proof.PASSWORD.value] if self.by_user else []
        return [*password, channel.traits.amr.value]

    def deed(self, offer: "Offer") -> Deed:
        """The deed in the words of today's settings."""
        return Deed(offer.type.texts, self.params)

    @property
    def claims(self) -> dict[str, Any]:
        """The claims that its access token has beside those of a login (RFC 9396, 2): this deed, and nothing else."""
        return {
            "action_id": self.id,
            "authorization_details": [{"type": self.type} | dict(self.params)],
        }

    @property
    def detail(self) -> dict[str, Any]:
        """The action for a history."""
        return {
            "action_id": self.id,
            "type": self.type,
            "params": dict(self.params),
            "summary": self.summary,
            "client": self.client_id,
        }


class Offer(Struct, frozen=True):
    """An action type as the settings offer it now."""

    type: ActionType
    settings: Settings

    @classmethod
    def of(cls, settings: Settings, name: str, client_id: str | None) -> "Offer | None":
        """The type of this name, if there is one that this client may open."""
        found = settings.actions.get(name)
        return cls(found, settings) if found is not None and found.serves(client_id) else None

    @classmethod
    def for_action(cls, settings: Settings, action: Action) -> "Offer":
        """The type of an action that was opened before.

        Raises Forbidden if it was deleted, has other parameters or is not offered to the client any more.
        """
        offer = cls.of(settings, action.type, action.client_id)
        if offer is None or set(offer.type.parameters) != action.params.keys():
            raise errors.Forbidden("This type of action is no longer offered.")
        return offer

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that the type allows and the settings offer. Each names the deed."""
        return self.type.channels_in(self.settings)

    def phones(self, phones: Iterable[Phone], opened_at: float) -> tuple[Phone, ...]:
        """The phones that may approve an action that was opened at this moment.

        Each was verified the setting's number of hours before, so that somebody who has just added a phone cannot approve with
        it. A test number has a fixed passcode, which proves nothing.
        """
        before = opened_at - self.settings.actions_phone_age_hours * _HOUR
        tests = {test.number for test in self.settings.test_numbers}
        return tuple(
            phone
            for phone in phones
            if phone.was_verified_before(before)
            and phone.number not in tests
            and self.settings.regions.permits(phone.region)
            and any(phone.takes(by_call=channel.traits.reaches_landlines) for channel in self.channels)
        )
