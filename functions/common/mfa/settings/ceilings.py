"""The settings of budgets: how many messages may go out in an hour or a day, and how much they may cost."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.settings.forms import ClientId, labelled

type _Messages = Annotated[int, Meta(ge=1, le=10_000_000, extra_json_schema={"x-unit": "messages"})]
# Of everybody together: a day of ten thousand messages a second has 864 million of them.
type _Ceiling = Annotated[int, Meta(ge=1, le=1_000_000_000, extra_json_schema={"x-unit": "messages"})]


class ClientBudget(Struct, frozen=True, forbid_unknown_fields=True):
    """One client's own budget, in place of `client_per_hour`."""

    client_id: ClientId
    per_hour: _Ceiling


class Budgets(Struct, frozen=True, forbid_unknown_fields=True):
    """Ceilings for messages. None: no ceiling."""

    number_per_hour: Annotated[_Messages, labelled("Per number and hour")] = 10
    number_per_day: Annotated[_Messages, labelled("Per number and day")] = 20
    address_per_hour: Annotated[_Messages, labelled("Per source address and hour")] = 30
    mailbox_per_day: Annotated[
        _Messages, labelled("Per mailbox and day", "Recovery mails, whichever accounts the mailbox is on.")
    ] = 10
    client_per_hour: Annotated[_Ceiling, labelled("Per client and hour")] = 10_000
    clients: Annotated[Annotated[list[ClientBudget], Meta(max_length=100)], labelled("Single clients, per hour")] = []
    region_per_day: Annotated[
        _Ceiling | None, labelled("Per country and day", "Empty: no ceiling for a single country.")
    ] = None
    global_per_day: Annotated[_Ceiling, labelled("Altogether per day")] = 10_000
    spend_per_day: Annotated[
        int,
        Meta(ge=1, le=100_000_000),
        labelled(
            "Spent per day",
            "By the prices of the overview: the messages of a day, until midnight UTC, cost no more. Then none goes out.",
            unit="USD",
        ),
    ] = 200
    kept_for_verified_percent: Annotated[
        int,
        Meta(ge=0, le=90),
        labelled(
            "Kept for verified phones",
            "Of every ceiling but a number's. Phones that were verified before today may use it, so that messages to others "
            "cannot stop their logins. 0: nothing is kept.",
            unit="%",
        ),
    ] = 50

    def of_client(self, client_id: str) -> int:
        """How many messages a client may send in an hour."""
        own = (each.per_hour for each in self.clients if each.client_id == client_id)
        return next(own, self.client_per_hour)
