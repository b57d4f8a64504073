"""The operations of prices."""

from mfa import errors
from mfa.administration import price_answers, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="prices.get",
        route="GET /v1/admin/prices",
        summary="The prices of messages",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=price_answers.PriceLists,
    )
)
def get_prices(administration: Administration, _call: Call[requests.Nothing, Actor]) -> price_answers.PriceLists:
    """The prices in force."""
    return administration.prices.get(administration.configuration.get())


@tasks.carries_out(
    AdministrationOperation(
        id="prices.update",
        route="",
        summary="Fetch Twilio's price list",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.Nothing,
        response=price_answers.PriceUpdate,
        only=Transport.DIRECT,
        scheduled=True,
        refusals=(errors.SettingsIncomplete, errors.SmsUnavailable),
    )
)
def update_prices(administration: Administration, _call: Call[requests.Nothing, Actor]) -> price_answers.PriceUpdate:
    """Asked by the template's schedule once a day."""
    return administration.prices.update()
