"""The operations of fraud budgets."""

from mfa.administration import fraud_answers, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="fraud.get",
        route="GET /v1/admin/fraud",
        summary="How full the fraud budgets are",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=fraud_answers.FraudReport,
    )
)
def get_fraud(administration: Administration, _call: Call[requests.Nothing, Actor]) -> fraud_answers.FraudReport:
    """Today's messages to new phones, by region."""
    return administration.fraud.get(administration.configuration.get(), administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="fraud.compute",
        route="",
        summary="Compute the thresholds of fraud budgets",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.Nothing,
        response=fraud_answers.FraudComputed,
        only=Transport.DIRECT,
        scheduled=True,
    )
)
def compute_fraud(administration: Administration, _call: Call[requests.Nothing, Actor]) -> fraud_answers.FraudComputed:
    """Asked by the template's schedule every five minutes."""
    settings = administration.configuration.get().settings
    return administration.fraud.compute(settings.fraud, administration.clock())
