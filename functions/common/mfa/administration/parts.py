"""The parts that carry out the operations of administration."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa.administration.clients import ClientAdministration
from mfa.administration.configuration import Configuration
from mfa.administration.directory import Directory
from mfa.administration.directory_upkeep import DirectoryUpkeep
from mfa.administration.event_log import EventLog
from mfa.administration.factors import FactorAdministration
from mfa.administration.fraud import FraudAdministration
from mfa.administration.imports import Imports
from mfa.administration.jobs import Jobs
from mfa.administration.overview import Overviews
from mfa.administration.personal_data import PersonalData
from mfa.administration.prices import PriceAdministration
from mfa.administration.sessions import SessionAdministration
from mfa.administration.settings_preview import SettingsPreview
from mfa.administration.user_changes import UserAdministration
from mfa.administration.user_messages import UserMessages
from mfa.flows.invite import Invite
from mfa.flows.send_phone_test import SendPhoneTest
from mfa.flows.test_settings import TestSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """Everything that administrators can do, one part for each subject."""

    users: UserAdministration
    factors: FactorAdministration
    directory: Directory
    directory_upkeep: DirectoryUpkeep
    log: EventLog
    configuration: Configuration
    preview: SettingsPreview
    clients: ClientAdministration
    invite: Invite
    tests: TestSettings
    imports: Imports
    overviews: Overviews
    prices: PriceAdministration
    fraud: FraudAdministration
    personal: PersonalData
    jobs: Jobs
    messages: UserMessages
    phone_tests: SendPhoneTest
    sessions: SessionAdministration
    clock: Callable[[], float]
