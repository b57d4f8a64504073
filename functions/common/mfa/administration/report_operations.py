"""The operations that report: the regions and the overview."""

from mfa.administration import answers, overview_answers, requests
from mfa.administration.health import health
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="health.get",
        route="GET /v1/admin/health",
        summary="Whether messages go out",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.Health,
    )
)
def get_health(administration: Administration, _call: Call[requests.Nothing, Actor]) -> answers.Health:
    """Reads the two items of the settings, and asks no vendor: every page of the console asks for this."""
    return health(administration.configuration.get())


@tasks.carries_out(
    AdministrationOperation(
        id="regions.list",
        route="GET /v1/admin/regions",
        summary="Regions and calling codes",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.RegionList,
    )
)
def list_regions(_administration: Administration, _call: Call[requests.Nothing, Actor]) -> answers.RegionList:
    """Every region that has a numbering plan."""
    from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

    return answers.RegionList([answers.Region(*each) for each in phone_numbers.regions()])


@tasks.carries_out(
    AdministrationOperation(
        id="overview.get",
        route="GET /v1/admin/overview",
        summary="What happened",
        needs=Permission.SEE,
        request=requests.GetOverview,
        response=overview_answers.Overview,
    )
)
def get_overview(administration: Administration, call: Call[requests.GetOverview, Actor]) -> overview_answers.Overview:
    """Counts of the last days."""
    return administration.overviews.get(call.body.days)


@tasks.carries_out(
    AdministrationOperation(
        id="overview.export",
        route="GET /v1/admin/overview/export",
        summary="What happened, as CSV",
        needs=Permission.SEE,
        request=requests.GetOverview,
        response=overview_answers.OverviewCsv,
    )
)
def export_overview(
    administration: Administration, call: Call[requests.GetOverview, Actor]
) -> overview_answers.OverviewCsv:
    """Counts and costs of the last days, by day, region and hour."""
    return administration.overviews.csv(call.body.days)
