"""The settings, their test, and the templates of messages."""

from msgspec import UNSET, structs

from mfa import errors
from mfa.administration import answers, requests, views
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.flows.test_settings import TestCode
from mfa.http.calls import Answer, Call
from mfa.http.declaration import AdministrationOperation
from mfa.messages import locales
from mfa.settings.validation import merged
from mfa.settings.values import SettingsChange, SettingsDocument, StoredSettings
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()
_TESTED = (
    errors.ChallengeNotFound,
    errors.ChallengeUsed,
    errors.ResendTooSoon,
    errors.RateLimited,
    errors.DestinationBlocked,
    errors.PhoneUnusable,
    errors.SmsUnavailable,
)


def _document(stored: StoredSettings, actor: Actor) -> Answer[SettingsDocument]:
    """The settings for this reader. A test number's code stands in for a factor: roles that cannot change it see none."""
    document = stored.document()
    if not actor.may(Permission.MANAGE_SETTINGS):
        document = structs.replace(document, test_numbers=[])
    return Answer(document, stored.etag)


@tasks.carries_out(
    AdministrationOperation(
        id="settings.get",
        route="GET /v1/admin/settings",
        summary="Read the settings",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=SettingsDocument,
    )
)
def get_settings(administration: Administration, call: Call[requests.Nothing, Actor]) -> Answer[SettingsDocument]:
    """The settings, all but the Auth Token."""
    return _document(administration.configuration.get(), call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="settings.patch",
        route="PATCH /v1/admin/settings",
        summary="Merge a patch into the settings",
        needs=Permission.MANAGE_SETTINGS,
        request=SettingsChange,
        response=SettingsDocument,
        refusals=(errors.PreconditionFailed, errors.PreconditionRequired, errors.Forbidden, errors.Conflict),
    )
)
def patch_settings(administration: Administration, call: Call[SettingsChange, Actor]) -> Answer[SettingsDocument]:
    """Saves all of the patch, or nothing."""
    saved = administration.configuration.patch(call.principal, call.body, call.if_match)
    return _document(saved, call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="settings.preview",
        route="POST /v1/admin/settings/preview",
        summary="Who a patch of the settings would shut out",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.PreviewSettings,
        response=answers.SettingsEffects,
    )
)
def preview_settings(
    administration: Administration, call: Call[requests.PreviewSettings, Actor]
) -> answers.SettingsEffects:
    """Saves nothing."""
    found = administration.preview.shut_out(call.body.settings)
    return answers.SettingsEffects([answers.ShutOutUser(each.user.login_name, each.reason) for each in found])


@tasks.carries_out(
    AdministrationOperation(
        id="settings.test",
        route="POST /v1/admin/settings/test",
        summary="Send a passcode with these settings, or by one of their routes",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.StartTest,
        response=answers.TestState,
        status=201,
        refusals=(errors.Conflict, *_TESTED),
    )
)
def start_test(administration: Administration, call: Call[requests.StartTest, Actor]) -> answers.TestState:
    """Proves credentials, sender and number, or tries an action type on a phone of one's own."""
    test = administration.tests.start(call.principal, call.body.asked(), call.body.login_name)
    return views.settings_test(test, administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="settings.test.get",
        route="GET /v1/admin/settings/test/{id}",
        summary="Read a test",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.GetTest,
        response=answers.TestState,
        refusals=(errors.ChallengeNotFound,),
    )
)
def get_test(administration: Administration, call: Call[requests.GetTest, Actor]) -> answers.TestState:
    """The test as it stands."""
    test = administration.tests.get(call.principal, call.body.id, call.body.login_name)
    return views.settings_test(test, administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="settings.test.resend",
        route="POST /v1/admin/settings/test/{id}/resend",
        summary="Send another passcode",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.ResendTest,
        response=answers.TestState,
        refusals=(errors.TooManySends, *_TESTED),
    )
)
def resend_test(administration: Administration, call: Call[requests.ResendTest, Actor]) -> answers.TestState:
    """Sends another passcode for the same test."""
    given = call.body
    test = administration.tests.resend(call.principal, given.id, given.screen, given.login_name)
    return views.settings_test(test, administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="settings.test.delivery",
        route="POST /v1/admin/settings/test/{id}/delivery",
        summary="Ask Twilio how far the message has come",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.AskDelivery,
        response=answers.TestState,
        refusals=(errors.ChallengeNotFound,),
    )
)
def ask_delivery(administration: Administration, call: Call[requests.AskDelivery, Actor]) -> answers.TestState:
    """The test with the latest state of its message."""
    given = call.body
    test = administration.tests.ask_delivery(call.principal, given.id, given.screen, given.login_name)
    return views.settings_test(test, administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="settings.test.verify",
        route="POST /v1/admin/settings/test/{id}/verify",
        summary="Complete the test",
        needs=Permission.MANAGE_SETTINGS,
        request=requests.VerifyTest,
        response=answers.TestApproved,
        idempotent=True,
        refusals=(
            errors.InvalidCode,
            errors.CodeSuperseded,
            errors.TooManyAttempts,
            errors.ChallengeExpired,
            *_TESTED,
        ),
    )
)
def verify_test(administration: Administration, call: Call[requests.VerifyTest, Actor]) -> answers.TestApproved:
    """Completes the test with its passcode."""
    given = call.body
    typed = TestCode(test_id=given.id, code=given.code, patch=given.settings)
    done = administration.tests.verify(call.principal, call.caller, typed, given.login_name)
    return answers.TestApproved(
        done.contact_email_missing, action_changed=UNSET if done.action_changed is None else done.action_changed
    )


@tasks.carries_out(
    AdministrationOperation(
        id="templates.list",
        route="GET /v1/admin/templates",
        summary="Languages of messages",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.TemplateLocales,
    )
)
def list_locales(_administration: Administration, _call: Call[requests.Nothing, Actor]) -> answers.TemplateLocales:
    """The languages that messages are shipped in."""
    return answers.TemplateLocales(list(locales.LOCALES))


@tasks.carries_out(
    AdministrationOperation(
        id="templates.preview",
        route="POST /v1/admin/templates/preview",
        summary="Judge a template",
        needs=Permission.SEE,
        request=requests.PreviewTemplate,
        response=answers.TemplatePreview,
    )
)
def preview_template(
    administration: Administration, call: Call[requests.PreviewTemplate, Actor]
) -> answers.TemplatePreview:
    """A template as it will arrive."""
    settings, _ = merged(administration.configuration.get().settings, call.body.settings)
    return views.preview(call.body.locale, call.body.template, settings)
