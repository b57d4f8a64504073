"""Actions as the API shows them."""

from typing import TYPE_CHECKING

from mfa.challenges.actions import Action
from mfa.http import action_bodies, views
from mfa.times import rfc3339

if TYPE_CHECKING:
    from mfa.flows.open_action import OpenedAction


def opened(value: "OpenedAction") -> action_bodies.ActionOpened:
    """An action that was opened."""
    action = value.action
    return action_bodies.ActionOpened(
        id=action.id,
        type=action.type,
        params=dict(action.params),
        summary=action.summary,
        status=value.status,
        mfa_token=value.mfa_token,
        expires_at=rfc3339(action.expires_at),
        phones=[views.phone_choice(phone) for phone in value.phones],
        channels=list(value.channels),
    )


def state(action: Action, now: float) -> action_bodies.ActionState:
    """An action at this moment."""
    return action_bodies.ActionState(
        id=action.id,
        type=action.type,
        params=dict(action.params),
        summary=action.summary,
        status=action.status(now),
        approved_at=rfc3339(action.approval.at) if action.approval else None,
    )


def redemption(action: Action) -> action_bodies.ActionRedemption:
    """The answer to the one redemption."""
    assert action.approval is not None  # noqa: S101 - nothing else can be redeemed
    return action_bodies.ActionRedemption(
        login_name=action.login_name,
        type=action.type,
        params=dict(action.params),
        amr=list(action.approval.amr),
        approved_at=rfc3339(action.approval.at),
    )
