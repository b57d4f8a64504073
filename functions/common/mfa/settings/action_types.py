"""Action types: the deeds that a passcode can confirm, as an administrator declares them.

A type is its sentence in each language. The placeholders of the English one are the type's only parameters; `validation` holds
the other languages to them.
"""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from mfa.decoding import form
from mfa.messages import deeds
from mfa.messages.channels import DEED_CHANNELS, Channel
from mfa.settings.forms import LOCALE, ClientId, labelled

if TYPE_CHECKING:
    type DeedChannel = str
else:
    DeedChannel = Literal[*(channel.value for channel in DEED_CHANNELS)]

TYPE_NAME = form(
    r"^[a-z][a-z0-9_]{0,31}$(?!\n)",
    "must be 1 to 32 small letters, digits and _, and begin with a letter, such as delete_backup",
)

type ActionTypeName = Annotated[str, Meta(pattern=TYPE_NAME, examples=["delete_backup"])]
type DeedText = Annotated[str, Meta(min_length=1, max_length=200)]


class ActionType(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of deed. `clients` may open it: all of them (`*`), or these ids."""

    texts: Annotated[
        dict[Annotated[str, Meta(pattern=LOCALE, max_length=35)], DeedText],
        Meta(min_length=1, max_length=20),
        labelled("Texts", "By language. English is required, and its {placeholders} are the parameters."),
    ]
    channels: Annotated[list[DeedChannel], Meta(min_length=1), labelled("Channels")] = field(
        default_factory=lambda: [channel.value for channel in DEED_CHANNELS]
    )
    ttl_seconds: Annotated[int, Meta(ge=60, le=900), labelled("An action waits for", unit="seconds")] = 300
    token_seconds: Annotated[int, Meta(ge=30, le=600), labelled("An action's token lasts", unit="seconds")] = 120
    clients: Annotated[
        Literal["*"] | Annotated[list[ClientId], Meta(min_length=1)],
        labelled("Clients"),
    ] = "*"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in the order of the English text."""
        return deeds.parameters(self.texts[deeds.DEFAULT])

    def channels_in(self, settings: object) -> tuple[Channel, ...]:
        """The channels that these settings (`mfa.settings.values.Settings`) offer, in the order of the table."""
        return tuple(each for each in Channel if each.value in self.channels and each.is_offered(settings))

    def serves(self, client_id: str | None) -> bool:
        """Whether this client may open such an action. None: no client, but a user's own token."""
        return self.clients == "*" or client_id in self.clients
