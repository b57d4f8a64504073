"""The requests and answers of the operations on actions."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from mfa.challenges.actions import ActionStatus
from mfa.http.answers import PhoneChoice, Time
from mfa.http.requests import AskedLocale, EndUserAddress, end_user_network
from mfa.messages.channels import Channel

if TYPE_CHECKING:
    from mfa.flows.open_action import AskedAction

type Params = Annotated[
    dict[str, str],
    Meta(
        description="The values of the type's parameters, 1 to 60 characters each, as the message shows them",
        examples=[{"set": "Payroll"}],
    ),
]
type ShownParams = Annotated[dict[str, str], Meta(examples=[{"set": "Payroll"}])]
type Summary = Annotated[
    str, Meta(description="the deed in words, as the message has it", examples=['delete backup set "Payroll"'])
]


class ActionToOpen(Struct, frozen=True, forbid_unknown_fields=True):
    """The deed. A client names the user; a user's own token does."""

    type: Annotated[str, Meta(min_length=1, max_length=32, examples=["delete_backup"])]
    params: Params = {}
    login_name: Annotated[str, Meta(max_length=256, description="required from clients, and for them only")] | None = (
        None
    )
    locale: AskedLocale | None = None
    end_user_address: EndUserAddress | None = None

    def asked(self) -> "AskedAction":
        """The request for the flow. Raises InvalidRequest."""
        from mfa.flows.open_action import AskedAction  # noqa: PLC0415 - a login's verification need not wait for it

        return AskedAction(
            type=self.type,
            params=self.params,
            locale=self.locale,
            login_name=self.login_name,
            end_user_address=end_user_network(self.end_user_address),
        )


class ActionOpened(Struct, frozen=True):
    """An action, and how the user can approve it."""

    id: str
    type: str
    params: ShownParams
    summary: Summary
    status: ActionStatus
    mfa_token: str
    expires_at: Time
    phones: Annotated[list[PhoneChoice], Meta(description="the phones that may approve it")]
    channels: Annotated[list[Channel], Meta(description="how they can be reached, text messages first")]
    help: Annotated[None, Meta(description="always null: an action is never approved by email")] = None


class ActionState(Struct, frozen=True):
    """An action as it stands."""

    id: str
    type: str
    params: ShownParams
    summary: Summary
    status: ActionStatus
    approved_at: Time | None


class ActionRedemption(Struct, frozen=True):
    """An approval that was used up: the deed may be done now, once."""

    login_name: str
    type: str
    params: ShownParams
    amr: list[str]
    approved_at: Time
    status: Literal["redeemed"] = "redeemed"
