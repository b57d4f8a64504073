"""Builds the functions' parts, each once per container and only when it is needed.

Imports that slow down a cold start (Twilio's SDK, argon2, phonenumbers) stand inside the methods that need them.
"""

# ruff: noqa: PLC0415 - imports inside functions are this module's purpose

import os
from functools import cached_property
from typing import TYPE_CHECKING

from mfa.directory_wiring import DirectoryWiring
from mfa.instrumented import (
    MeteredAttempts,
    MeteredMailer,
    MeteredNotices,
    MeteredProofs,
    MeteredSends,
)

if TYPE_CHECKING:
    from mfa.administration.access import Access
    from mfa.administration.configuration import Configuration
    from mfa.administration.event_log import EventLog
    from mfa.administration.factors import FactorAdministration
    from mfa.administration.imports import Imports
    from mfa.administration.jobs import Jobs
    from mfa.administration.overview import Overviews
    from mfa.administration.parts import Administration
    from mfa.administration.prices import PriceAdministration
    from mfa.administration.settings_preview import SettingsPreview
    from mfa.administration.user_changes import UserAdministration
    from mfa.flows.end_action import EndAction
    from mfa.flows.enrol import OpenEnrolment
    from mfa.flows.enrol_phone import EnrolPhone
    from mfa.flows.genuine_actions import GenuineActions
    from mfa.flows.handed_messages import HandedMails
    from mfa.flows.invite import Invite
    from mfa.flows.mail_codes import MailCodes
    from mfa.flows.mail_links import MailLinks
    from mfa.flows.mail_reset import MailReset
    from mfa.flows.open_action import OpenAction
    from mfa.flows.prove_factor import ProveFactor
    from mfa.flows.send_passcode import SendPasscode
    from mfa.flows.tell_changes import TellChanges
    from mfa.flows.test_settings import TestSettings
    from mfa.flows.verify_passcode import VerifyPasscode
    from mfa.store.histories import Histories


class Wiring(DirectoryWiring):
    """The functions' parts."""

    @cached_property
    def verify_passcode(self) -> "VerifyPasscode":
        """Checks passcodes."""
        from mfa.flows.verify_passcode import VerifyPasscode
        from mfa.store.attempts import AttemptStore

        attempts = MeteredAttempts(AttemptStore(self._table, self._counters), self.metrics)
        return VerifyPasscode(
            accounts=self.account_store,
            attempts=attempts,
            genuine=self._genuine_actions,
            signer=self.signer,
            runtime=self.runtime,
        )

    @cached_property
    def prove_factor(self) -> "ProveFactor":
        """Checks the codes of factors that send no message."""
        from mfa.flows.prove_factor import ProveFactor
        from mfa.store.attempts import AttemptStore
        from mfa.store.proofs import ProofStore

        return ProveFactor(
            accounts=self.account_store,
            attempts=MeteredAttempts(AttemptStore(self._table, self._counters), self.metrics),
            proofs=MeteredProofs(ProofStore(self._table, self._counters), self.metrics),
            factor_keys=self.factor_keys,
            notices=self._change_notices,
            signer=self.signer,
            token_secrets=self.token_secrets,
            runtime=self.runtime,
        )

    @cached_property
    def _genuine_actions(self) -> "GenuineActions":
        from mfa.flows.genuine_actions import GenuineActions
        from mfa.store.actions import ActionStore

        return GenuineActions(actions=ActionStore(self._table), token_secrets=self.token_secrets)

    @cached_property
    def open_action(self) -> "OpenAction":
        """Opens actions."""
        from mfa.flows.open_action import OpenAction

        return OpenAction(accounts=self.account_store, genuine=self._genuine_actions, runtime=self.runtime)

    @cached_property
    def end_action(self) -> "EndAction":
        """Reads, denies and redeems actions."""
        from mfa.flows.end_action import EndAction

        return EndAction(genuine=self._genuine_actions, runtime=self.runtime)

    @cached_property
    def enrol_phone(self) -> "EnrolPhone":
        """Enrols users' own phones."""
        from mfa.flows.enrol_phone import EnrolPhone
        from mfa.store.phone_enrolments import PhoneEnrolmentStore

        return EnrolPhone(
            enrolments=PhoneEnrolmentStore(self._table, self._counters),
            messenger=self._to_phones(apart=True),
            reports=self._messenger,
            changes=self._own_changes,
            runtime=self.runtime,
        )

    @cached_property
    def send_passcode(self) -> "SendPasscode":
        """Sends passcodes."""
        from mfa.delivery.ses import SesEmail
        from mfa.flows.send_passcode import SendPasscode

        return SendPasscode(
            accounts=self.account_store,
            sends=MeteredSends(self._send_store, self.metrics),
            messenger=self._to_phones(),
            mailer=MeteredMailer(SesEmail(lambda: self._ses), self.metrics),
            runtime=self.runtime,
        )

    @cached_property
    def access(self) -> "Access":
        """Decides who may administer."""
        from mfa.administration.access import Access

        return Access(sessions=self._session_store, tokens=self._access_tokens, runtime=self.runtime)

    @cached_property
    def administration(self) -> "Administration":
        """The operations of administrators."""
        from mfa.administration.clients import ClientAdministration
        from mfa.administration.fraud import FraudAdministration
        from mfa.administration.parts import Administration
        from mfa.administration.personal_data import PersonalData
        from mfa.administration.sessions import SessionAdministration
        from mfa.store.histories import Histories
        from mfa.store.personal_data import PersonalStore
        from mfa.store.thresholds import ThresholdStore

        runtime, histories = self.runtime, Histories(self._table)
        return Administration(
            users=self._user_administration,
            factors=self._factor_administration,
            directory=self._directory(histories),
            directory_upkeep=self._directory_upkeep,
            log=self._event_log(histories),
            configuration=self._configuration,
            preview=self._settings_preview,
            clients=ClientAdministration(clients=self._client_store, runtime=runtime),
            invite=self.invite,
            tests=self._settings_tests,
            imports=self._imports,
            overviews=self._overviews(histories),
            prices=self._prices,
            fraud=FraudAdministration(
                counters=histories, store=ThresholdStore(self._table), own_addresses=self.own_addresses
            ),
            personal=PersonalData(
                records=PersonalStore(self._table), directory=self._directory_upkeep, runtime=runtime
            ),
            jobs=self._jobs,
            messages=self.user_messages,
            phone_tests=self.send_phone_test,
            sessions=SessionAdministration(sessions=self._session_store, runtime=runtime),
            clock=self.clock,
        )

    @cached_property
    def _jobs(self) -> "Jobs":
        from mfa.administration.job_deeds import JobDeeds
        from mfa.administration.job_steps import StepParts
        from mfa.administration.jobs import Jobs
        from mfa.store.jobs import JobStore
        from mfa.store.mailboxes import MailboxStore

        items = JobStore(self._table)
        deeds = JobDeeds(users=self._user_administration, invite=self.invite, clock=self.clock)
        steps = StepParts(
            items=items,
            accounts=self.account_store,
            search=self._user_search,
            deeds=deeds,
            mailboxes=MailboxStore(self._table),
            clock=self.clock,
        )
        return Jobs(items=items, steps=steps, runtime=self.runtime)

    @cached_property
    def _configuration(self) -> "Configuration":
        from mfa.administration.configuration import Configuration

        return Configuration(
            settings=self.settings_store,
            effects=self._settings_preview,
            cipher=self._cipher,
            audit=self.audit,
            runtime=self.runtime,
            lacking=self._lacking,
        )

    @cached_property
    def _settings_preview(self) -> "SettingsPreview":
        from mfa.administration.settings_preview import SettingsPreview

        return SettingsPreview(
            settings=self.settings_store,
            accounts=self.account_store,
            search_index=self._search_index,
            lacking=self._lacking,
        )

    @cached_property
    def _factor_administration(self) -> "FactorAdministration":
        from mfa.administration.factors import FactorAdministration
        from mfa.store.factors import FactorStore

        return FactorAdministration(
            users=self._user_administration,
            factors=FactorStore(self._table),
            keys=self.factor_keys,
            notices=self._change_notices,
            count_issued=lambda: self.metrics.count("temporary_codes"),
            runtime=self.runtime,
        )

    @cached_property
    def _user_administration(self) -> "UserAdministration":
        from mfa.administration.heirs import Heirs
        from mfa.administration.user_changes import UserAdministration

        return UserAdministration(
            accounts=self.account_store,
            users=self._user_store,
            heirs=Heirs(
                accounts=self.account_store,
                search_index=self._search_index,
                settings=lambda: self.settings_store.load_settings().settings,
            ),
            # Not the cached ones: an administrator who has just changed the settings must see them in force.
            stored_settings=self.settings_store.load_settings,
            passwords=self._new_passwords,
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def invite(self) -> "Invite":
        """Invites users to enrol."""
        from mfa.flows.invite import Invite
        from mfa.store.invitations import InvitationStore

        return Invite(
            accounts=self.account_store,
            invitations=InvitationStore(self._table),
            handover=self._link_handover,
            invited=lambda: self.metrics.count("invitations"),
            runtime=self.runtime,
        )

    @cached_property
    def open_enrolment(self) -> "OpenEnrolment":
        """Takes invitations."""
        from mfa.flows.enrol import OpenEnrolment

        return OpenEnrolment(accounts=self.account_store, token_secrets=self.token_secrets, runtime=self.runtime)

    @cached_property
    def mail_codes(self) -> "MailCodes":
        """Mails codes."""
        from mfa.flows.mail_codes import MailCodes

        return MailCodes(mails=self._handed_mails(self._notices), runtime=self.runtime)

    @cached_property
    def mail_links(self) -> "MailLinks":
        """Mails links."""
        from mfa.flows.mail_links import MailLinks
        from mfa.store.notices import NoticeStore
        from mfa.store.records import link_mail_key

        messages = MeteredNotices(NoticeStore(self._table, self._counters, link_mail_key), self.metrics)
        return MailLinks(mails=self._handed_mails(messages), runtime=self.runtime)

    def _handed_mails(self, messages: MeteredNotices) -> "HandedMails":
        from mfa.delivery.ses import SesEmail
        from mfa.flows.handed_messages import HandedMails

        mailer = MeteredMailer(SesEmail(lambda: self._ses), self.metrics)
        return HandedMails(messages=messages, mailer=mailer, runtime=self.runtime)

    @cached_property
    def mail_reset(self) -> "MailReset":
        """Mails links to another password."""
        from mfa.flows.mail_reset import MailReset

        return MailReset(
            accounts=self.account_store, links=self.mail_links, history=self._reset_store, runtime=self.runtime
        )

    @cached_property
    def tell_changes(self) -> "TellChanges":
        """Tells users of changes to their accounts."""
        from mfa.delivery.ses import SesEmail
        from mfa.flows.tell_changes import TellChanges

        return TellChanges(
            messages=self._notices,
            messenger=self._to_phones(),
            mailer=MeteredMailer(SesEmail(lambda: self._ses), self.metrics),
            runtime=self.runtime,
        )

    @cached_property
    def _notices(self) -> MeteredNotices:
        from mfa.store.notices import NoticeStore
        from mfa.store.records import notice_key

        return MeteredNotices(NoticeStore(self._table, self._counters, notice_key), self.metrics)

    @cached_property
    def _settings_tests(self) -> "TestSettings":
        from mfa.delivery.candidates import CandidateMessenger
        from mfa.flows.test_settings import TestSettings
        from mfa.store.settings_tests import SettingsTestStore

        return TestSettings(
            accounts=self.account_store,
            tests=SettingsTestStore(self._table, self._counters),
            messenger=CandidateMessenger(self._messenger, lambda: self._aws_messenger),
            stored_settings=self.settings_store.load_settings,
            decrypt=self._cipher.decrypt,
            notices=self._change_notices,
            runtime=self.runtime,
            lacking=self._lacking,
        )

    @cached_property
    def _imports(self) -> "Imports":
        from mfa.administration.imports import Imports
        from mfa.users.passwords import PasswordHashes

        return Imports(
            administration=self._user_administration,
            accounts=self.account_store,
            users=self._user_store,
            hashes=PasswordHashes(),
            runtime=self.runtime,
        )

    @cached_property
    def _prices(self) -> "PriceAdministration":
        from mfa.administration.prices import PriceAdministration
        from mfa.delivery.twilio_prices import TwilioPrices
        from mfa.factors import phone_numbers
        from mfa.store.prices import PriceStore

        return PriceAdministration(
            source=TwilioPrices(self._twilio_accounts.current, os.environ.get("TWILIO_API_URL", ""), self.clock),
            store=PriceStore(self._table),
            regions=lambda: [region for region, _ in phone_numbers.regions()],
            clock=self.clock,
        )

    def _overviews(self, histories: "Histories") -> "Overviews":
        from mfa.administration.overview import Overviews

        return Overviews(histories=histories, runtime=self.runtime)

    def _event_log(self, histories: "Histories") -> "EventLog":
        from mfa.administration.event_log import EventLog
        from mfa.store.event_logs import EventLogs

        return EventLog(log=EventLogs(self._table), histories=histories, runtime=self.runtime)
