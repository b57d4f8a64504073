"""The operation that reads a phone number before it is added."""

from mfa import errors
from mfa.administration import answers, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="numbers.check",
        route="POST /v1/admin/numbers/check",
        summary="Read a phone number as it was written",
        needs=Permission.SEE,
        request=requests.NumberToCheck,
        response=answers.CheckedNumber,
        refusals=(errors.DestinationBlocked,),
    )
)
def check_number(administration: Administration, call: Call[requests.NumberToCheck, Actor]) -> answers.CheckedNumber:
    """The number in E.164, or the refusal of `phones.add`. Nothing is written."""
    from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

    asked, settings = call.body, administration.users.stored_settings().settings
    if asked.messages:
        permits = settings.regions.permits
        found = phone_numbers.parse(asked.number, permits, calls=settings.calls_landlines, region=asked.region)
    else:
        found = phone_numbers.as_written(asked.number, asked.region)
    return answers.CheckedNumber(found.e164, found.region, found.calling_code)
