"""Channels and languages: calls, WhatsApp, the numbers that each reaches, and the words of messages."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from mfa.messages import locales
from tests.api import deliveries
from tests.api.deliveries import asked, code, faults, ref, refused, requests, spent, tell
from tests.api.stack import SENDER, Stack
from tests.people import Person, digits
from tests.product import Refused

type NewPerson = Callable[..., Person]

LANDLINE = "+85221234567"
POLISH = "{code} to kod logowania dla {login_name}. Numer: {prefix}\n{signature}"


@pytest.fixture(autouse=True)
def nothing_asked(stack: Stack) -> Iterator[None]:
    """Starts with no requests at Twilio, and without its own callbacks."""
    stack.line.twilio.forget()
    faults(stack, {"fault": "lost_callbacks"})
    yield
    faults(stack)


@pytest.fixture
def calling(stack: Stack) -> Iterator[None]:
    """Calls are set up."""
    with stack.with_settings(voice={"enabled": True}):
        yield


@pytest.fixture
def everything(stack: Stack) -> Iterator[None]:
    """Every channel is set up."""
    with stack.with_settings(voice={"enabled": True}, whatsapp={"content_sid": stack.account.content_sid}):
        yield


def about_call(stack: Stack, status: str) -> dict[str, str]:
    """The parameters of a callback about a call."""
    return {
        "AccountSid": stack.account.sid,
        "CallSid": "CA" + "0" * 32,
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "1",
        "To": LANDLINE,
    }


def spoken(document: str) -> list[str]:
    """The spoken texts of a call, one for each Say."""
    return ["".join(say.itertext()) for say in ElementTree.fromstring(document).iter("Say")]


# --- what is offered


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        ({}, ["sms"]),
        ({"voice": {"enabled": True}}, ["sms", "voice"]),
        ({"whatsapp": True}, ["sms", "whatsapp"]),
        ({"voice": {"enabled": True}, "whatsapp": True}, ["sms", "voice", "whatsapp"]),
    ],
)
def test_a_channel_is_offered_only_where_it_is_set_up(
    stack: Stack, person: Person, settings: dict[str, Any], channels: list[str]
) -> None:
    if "whatsapp" in settings:
        settings = settings | {"whatsapp": {"content_sid": stack.account.content_sid}}
    with stack.with_settings(**settings):
        assert person.login().json["channels"] == channels
        for channel in {"voice", "whatsapp"} - set(channels):
            answer = person.start(channel=channel)
            assert (answer.status, answer.code) == (400, "invalid_request")
            assert answer.json["errors"][0]["field"] == "channel"
    assert person.item == {}
    assert requests(stack) == []


@pytest.mark.parametrize("channel", ["email", "fax", "", None, 1])
def test_a_phone_is_reached_by_no_other_channel(person: Person, channel: object) -> None:
    person.login()
    assert person.start(channel=channel).code == "invalid_request"


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"voice": {"enabled": True}, "twilio": {"sender": {"alphanumeric": "Backup"}}}, "voice.enabled"),
        (
            {"voice": {"enabled": True}, "twilio": {"sender": {"messaging_service_sid": "MG" + "0" * 32}}},
            "voice.enabled",
        ),
        (
            {"whatsapp": {"content_sid": "HX" + "0" * 32}, "twilio": {"sender": {"alphanumeric": "Backup"}}},
            "whatsapp.content_sid",
        ),
        ({"whatsapp": {"content_sid": "HX123"}}, "whatsapp.content_sid"),
    ],
)
def test_a_channel_that_the_sender_cannot_serve_is_not_saved(stack: Stack, patch: dict[str, Any], field: str) -> None:
    if "twilio" in patch:
        patch["twilio"]["sender"] |= {"phone_number": None}
    with pytest.raises(Refused) as refused:
        stack.admin("settings.patch", **patch)
    assert refused.value.problem["errors"][0]["field"] == field
    assert stack.admin("settings.get")["voice"]["enabled"] is False


# --- calls


@pytest.mark.usefixtures("calling")
@pytest.mark.parametrize("locale", [*locales.LOCALES])
def test_a_call_says_the_digits_twice_in_the_messages_language(stack: Stack, person: Person, locale: str) -> None:
    person.login()
    answer = person.start(channel="voice", locale=locale)
    assert (answer.status, answer.json["channel"], answer.json["delivery"]) == (201, "voice", {"status": "queued"})
    [request] = requests(stack)
    assert request["path"].endswith("/Calls.json")
    sent = request["parameters"]
    assert sent.keys() == {"To", "From", "Twiml", "Timeout", "StatusCallback", "StatusCallbackEvent"}
    assert (sent["To"], sent["From"]) == (person.numbers[0], SENDER)
    assert set(sent["StatusCallbackEvent"]) == {"initiated", "ringing", "answered", "completed"}
    assert 0 < int(sent["Timeout"]) < 60
    said = spoken(sent["Twiml"])
    heard = ["".join(re.findall(r"\d", words)) for words in said]
    first, second = (words for words in heard if words)
    assert first == second
    assert len(first) == 6
    says = list(ElementTree.fromstring(sent["Twiml"]).iter("Say"))
    assert len({(say.get("language"), say.get("voice")) for say in says}) == 1
    assert all(say.get("voice") for say in says)
    approved = person.verify(first)
    assert approved.json["amr"] == ["pwd", "tel"]


@pytest.mark.usefixtures("calling")
def test_a_landline_is_called_and_gets_no_messages(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=0)
    person.add_phone(LANDLINE)
    person.login()
    for answer in (person.start(), person.start(channel="sms")):
        assert (answer.status, answer.code) == (422, "destination_blocked")
    assert (person.item, requests(stack)) == ({}, [])
    assert person.start(channel="voice", locale="en").status == 201
    heard = "".join(re.findall(r"\d", spoken(asked(stack)["Twiml"])[1]))
    assert person.verify(heard).json["amr"] == ["pwd", "tel"]
    assert person.phone_item()["verified"] is True


def test_a_landline_is_refused_where_calls_are_off(stack: Stack, person: Person) -> None:
    with pytest.raises(Refused) as refused:
        person.add_phone(LANDLINE)
    assert refused.value.code == "destination_blocked"


@pytest.mark.usefixtures("calling")
def test_a_landline_is_not_told_of_a_recovery(stack: Stack, person: Person) -> None:
    number = person.add_phone(LANDLINE)
    person.write(f"#PHONE#{person.phones[number].partition('-')[0]}", verified=True)
    person.login()
    assert person.recover().status == 201
    assert requests(stack) == []


@pytest.mark.usefixtures("calling")
def test_a_call_is_charged_like_a_message(stack: Stack, person: Person) -> None:
    with stack.with_settings(voice={"enabled": True}, budgets={"number_per_hour": 2}):
        person.login()
        assert person.start(channel="voice").json["sends_remaining"] == 4
        assert person.start().code == "resend_too_soon"
        person.later(61)
        assert person.start().json["sends_remaining"] == 3
        person.later(61)
        assert person.resend(channel="voice").code == "rate_limited"
    assert spent(stack, f"NUMBER#{person.numbers[0]}") == spent(stack, "REGION#HK") == 2
    assert spent(stack, "REGION#HK", "message_segments") == 1, "a call is no segment"
    assert [event["detail"]["channel"] for event in person.events() if event["type"] == "passcode_sent"] == [
        "voice",
        "sms",
    ]


@pytest.mark.usefixtures("everything")
def test_five_sends_are_the_limit_over_all_channels(person: Person) -> None:
    person.login()
    person.start()
    for channel in ("voice", "whatsapp", "sms", "voice"):
        person.later(61)
        assert person.resend(channel=channel).status == 200
    person.later(61)
    assert {person.resend(channel=channel).code for channel in ("sms", "voice", "whatsapp")} == {"too_many_sends"}


@pytest.mark.usefixtures("calling")
def test_a_resend_by_call_ends_the_code_of_the_message(stack: Stack, person: Person) -> None:
    person.challenged()
    texted = code(person)
    person.later(61)
    resent = person.resend(channel="voice")
    assert (resent.status, resent.json["channel"], resent.json["id"]) == (200, "voice", person.challenge)
    assert person.verify(texted).code == "code_superseded"
    heard = "".join(re.findall(r"\d", spoken(asked(stack)["Twiml"])[1]))
    assert person.verify(heard).json["amr"] == ["pwd", "tel"]


@pytest.mark.usefixtures("calling")
def test_a_resend_uses_the_channel_of_the_last_send(stack: Stack, person: Person) -> None:
    person.login()
    person.start(channel="voice")
    person.later(61)
    assert person.resend().json["channel"] == "voice"
    person.later(61)
    assert person.resend(channel="sms").json["channel"] == "sms"
    assert person.verify(code(person)).json["amr"] == ["pwd", "sms"]
    assert [request["path"].rpartition("/")[2] for request in requests(stack)] == [
        "Calls.json",
        "Calls.json",
        "Messages.json",
    ]


@pytest.mark.usefixtures("calling")
@pytest.mark.parametrize(
    ("status", "shown", "back"),
    [
        ("initiated", "queued", False),
        ("ringing", "queued", False),
        ("in-progress", "queued", False),
        ("completed", "delivered", False),
        ("busy", "undelivered", True),
        ("no-answer", "undelivered", True),
        ("failed", "failed", True),
        ("canceled", "failed", True),
    ],
)
def test_the_outcome_of_a_call_is_reported(stack: Stack, person: Person, status: str, shown: str, back: bool) -> None:
    person.login()
    person.start(channel="voice")
    assert tell(stack, ref(stack), about_call(stack, status)).status == 204
    expected = refused(shown, status) if back else {"status": shown}
    assert person.get().json["delivery"] == expected
    assert ("charged" in person.item) is not back
    assert "unusable_reason" not in person.phone_item()


@pytest.mark.usefixtures("calling")
@pytest.mark.parametrize(
    ("error", "code_", "unusable"),
    [
        (21211, "phone_unusable", True),
        (21217, "phone_unusable", False),
        (21214, "destination_blocked", False),
        (21215, "destination_blocked", False),
        (21216, "destination_blocked", False),
        (21219, "sms_unavailable", False),
        (20003, "sms_unavailable", False),
    ],
)
def test_a_call_that_twilio_refuses_is_given_back(
    stack: Stack, person: Person, error: int, code_: str, unusable: bool
) -> None:
    person.login()
    faults(stack, {"fault": "error", "code": error, "channel": "voice"})
    assert person.start(channel="voice").code == code_
    assert (person.item["refunded"], "charged" in person.item) == (1, False)
    assert ("unusable_reason" in person.phone_item()) is unusable
    assert person.events()[-1]["detail"].items() >= {"error": str(error), "channel": "voice"}.items()
    stack.table.delete_item(Key=deliveries.BREAKER)
    stack.restart()


@pytest.mark.usefixtures("calling")
def test_no_setting_can_add_markup_to_a_call(stack: Stack, person: Person) -> None:
    with stack.with_settings(voice={"enabled": True}, signature='<Dial>+1 90</Dial> & "Co"'):
        person.login()
        assert person.start(channel="voice").status == 201
    tags = {element.tag for element in ElementTree.fromstring(asked(stack)["Twiml"]).iter()}
    assert tags == {"Response", "Pause", "Say", "break"}
    assert spoken(asked(stack)["Twiml"])[0] == '<Dial>+1 90</Dial> & "Co"'


# --- WhatsApp


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("by_service", [False, True])
def test_a_whatsapp_message_is_the_approved_template_with_the_code(
    stack: Stack, person: Person, by_service: bool
) -> None:
    service = stack.account.messaging_service_sid
    sender: dict[str, Any] = {"phone_number": SENDER, "messaging_service_sid": None}
    if by_service:
        sender = {"phone_number": None, "messaging_service_sid": service}
    with stack.with_settings(
        twilio={"sender": sender}, voice=None, whatsapp={"content_sid": stack.account.content_sid}
    ):
        person.login()
        answer = person.start(channel="whatsapp")
        assert (answer.status, answer.json["channel"]) == (201, "whatsapp")
        sent = asked(stack)
        assert sent["To"] == f"whatsapp:{person.numbers[0]}"
        assert sent.get("From") == (None if by_service else f"whatsapp:{SENDER}")
        assert sent.get("MessagingServiceSid") == (service if by_service else None)
        assert sent["ContentSid"] == stack.account.content_sid
        assert "Body" not in sent
        assert 0 < int(sent["ValidityPeriod"]) <= 300
        variables = json.loads(sent["ContentVariables"])
        assert variables == {"1": code(person)}
        assert tell(stack, ref(stack), deliveries.about(stack, "read")).status == 204
        assert person.get().json["delivery"] == {"status": "delivered"}
        assert person.verify(variables["1"]).json["amr"] == ["pwd", "sms"]


@pytest.mark.usefixtures("everything")
def test_a_whatsapp_message_that_does_not_arrive_is_given_back(stack: Stack, person: Person) -> None:
    person.login()
    person.start(channel="whatsapp")
    tell(stack, ref(stack), deliveries.about(stack, "undelivered", 63024))
    assert person.get().json["delivery"] == refused("undelivered", "63024")
    assert person.get().json["sends_remaining"] == 5
    assert "unusable_reason" not in person.phone_item(), "a text message may arrive"


# --- which numbers


@pytest.mark.parametrize(
    ("number", "region"),
    [("+447400123456", "GB"), ("+447781123456", "GG"), ("+12042345678", "CA"), ("+12025550123", "US"), ("+393123456789", "IT")],
)  # fmt: skip
def test_a_number_belongs_to_its_own_region_not_to_its_calling_code(
    stack: Stack, person: Person, number: str, region: str
) -> None:
    with stack.with_settings(regions={"allow": ["GB", "US", "IT"]}):
        if region in ("GB", "US", "IT"):
            added = stack.admin("phones.add", login_name=person.name, number=number)
            assert added["region"] == region
        else:
            with pytest.raises(Refused) as refused:
                person.add_phone(number)
            assert refused.value.code == "destination_blocked"


@pytest.mark.usefixtures("calling")
@pytest.mark.parametrize(
    "number", ["+18002345678", "+19002345678", "+448081570123", "+447600123456", "+441212345678900", "+8835100012345"]
)
def test_a_number_that_is_not_a_phone_is_never_called(person: Person, number: str) -> None:
    with pytest.raises(Refused) as refused:
        person.add_phone(number)
    assert refused.value.code in ("destination_blocked", "invalid_request")


@pytest.mark.usefixtures("calling")
def test_the_region_of_a_landline_must_be_allowed_too(stack: Stack, person: Person) -> None:
    with stack.with_settings(voice={"enabled": True}, regions={"allow": ["GB"]}):
        with pytest.raises(Refused) as refused:
            person.add_phone(LANDLINE)
        assert refused.value.code == "destination_blocked"


# --- languages

WORDS = {"en": "is the verification code", "de": "Anmeldung", "fr": "connexion", "zh-Hant": "登入", "ja": "ログイン"}


@pytest.mark.parametrize(
    ("requested", "users", "number", "shown"),
    [
        (None, None, "+85292100001", "zh-Hant"),  # by the region
        (None, None, "+4915123456789", "de"),
        (None, None, "+4791234567", "en"),  # Norwegian is not shipped
        (None, "fr", "+85292100001", "fr"),  # the user's own before the region's
        (None, "nb", "+4915123456789", "de"),  # not shipped: the next one
        ("de", "fr", "+85292100001", "de"),  # the requested language before all others
        ("de-CH", "fr", "+85292100001", "de"),
        ("zh-TW", "fr", "+4915123456789", "zh-Hant"),
        ("xx", "fr", "+85292100001", "fr"),
        ("xx", "yy", "+85292100001", "zh-Hant"),
        ("JA", None, "+85292100001", "ja"),
    ],
)
def test_a_message_is_in_the_requested_language_or_the_users_or_the_regions_or_english(
    stack: Stack, new_person: NewPerson, requested: str | None, users: str | None, number: str, shown: str
) -> None:
    person = new_person(phones=0, locale=users)
    person.add_phone(number)
    person.login()
    wish: dict[str, Any] = {} if requested is None else {"locale": requested}
    assert person.start(**wish).status == 201
    body = asked(stack)["Body"]
    expected = locales.built_in(shown)
    words = max(re.split(r"\{\w+\}", expected), key=len)
    assert words in body, (body, expected)


def test_a_resend_is_in_the_language_of_the_first(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(locale="fr")
    person.login()
    person.start(locale="de")
    words = max(re.split(r"\{\w+\}", locales.built_in("de")), key=len)
    person.later(61)
    person.resend()
    assert [words in request["parameters"]["Body"] for request in requests(stack)] == [True, True]


@pytest.mark.parametrize("locale", ["en_US", "en_US.UTF-8", "xx", "e--", "sr@latin", "C.", "C"])
def test_a_locale_in_another_spelling_or_of_no_language_refuses_nobody(
    stack: Stack, new_person: NewPerson, locale: str
) -> None:
    person = new_person(locale="en")
    person.login()
    assert person.start(locale=locale).status == 201
    assert "is the verification code" in asked(stack)["Body"]


def test_the_default_language_comes_before_the_regions(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(locale=None)
    with stack.with_settings(default_locale="de-AT"):
        person.login()
        person.start()
    assert "Bestätigungscode" in asked(stack)["Body"]


@pytest.mark.parametrize("locale", ["", "de\n", "de DE", "x" * 36, "{code}", 5])
def test_an_invalid_language_tag_is_refused(person: Person, locale: object) -> None:
    person.login()
    assert person.start(locale=locale).code == "invalid_request"


# --- an administrator's templates


def test_an_administrators_template_replaces_the_built_in_one(stack: Stack, person: Person) -> None:
    with stack.with_settings(templates={"en": "Code {code} of {login_name}, reference {prefix}. {signature}"}):
        person.login()
        answer = person.start(locale="en")
        body = asked(stack)["Body"]
        assert re.fullmatch(
            rf"Code \d{{6}} of {person.name}, reference {answer.json['prefix']}\. Your backup service provider", body
        )
        assert person.verify(digits(body)).status == 200


def test_a_template_may_be_in_a_language_that_is_not_shipped(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(locale="pl")
    with stack.with_settings(templates={"pl": POLISH}):
        person.login()
        assert person.start().status == 201
    assert "to kod logowania dla" in asked(stack)["Body"]
    assert person.verify(code(person)).status == 200


@pytest.mark.parametrize("name", ["{code}", "{signature}", "{prefix} {code}"])
def test_no_template_fills_placeholders_inside_a_name(stack: Stack, person: Person, name: str) -> None:
    """A login name cannot contain braces. A signature can, and they stay as written."""
    with stack.with_settings(signature=name):
        person.login()
        assert person.start(locale="en").status == 201
    assert name in asked(stack)["Body"]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("Reference {prefix} {signature}", "{code}"),
        ("{code} {prefix}", "between"),
        ("{code} or {code}, {prefix}", "once"),
        ("{code} is it, see https://example.com, {prefix}", "link"),
        ("{code} is it, see example.com, {prefix}", "link"),
        ("{code} is it. {prefix} " + "long " * 120, "segments"),
        ("{code} is it. {prefix} {password}", "{password}"),
        ("{code} is it. {prefix} 1234", "digits"),
        ("{code} is it. {prefix} {", "brace"),
        ("{code} is it. {prefix}\n@example.org #000000", ""),
    ],
)
def test_a_template_with_a_problem_is_not_saved_and_the_field_is_named(stack: Stack, template: str, says: str) -> None:
    before = stack.admin("settings.get")
    for locale in ("en", "pt-BR", "pl"):
        with pytest.raises(Refused) as refused:
            stack.admin("settings.patch", templates={locale: template}, passcode_length=8)
        [problem] = refused.value.problem["errors"]
        assert problem["field"] == f"templates.{locale}"
        assert says in problem["message"]
    assert stack.admin("settings.get") == before, "nothing is half-saved"


def test_settings_that_spoil_a_saved_template_are_not_saved(stack: Stack) -> None:
    """The number of segments depends on signature and origin."""
    template = "{code} is it. {prefix} {signature}" + " word" * 75
    with stack.with_settings(templates={"en": template}):
        with pytest.raises(Refused) as refused:
            stack.admin("settings.patch", origin="a-very-long-host-name-of-a-company." * 3 + "example.com")
        assert refused.value.problem["errors"][0]["field"] == "templates.en"


@pytest.mark.parametrize("locale", ["EN", "english-language", "e", "../en", "en_US"])
def test_a_template_for_an_invalid_language_tag_is_refused(stack: Stack, locale: str) -> None:
    with pytest.raises(Refused) as refused:
        stack.admin("settings.patch", templates={locale: "{code} is it. {prefix}"})
    assert refused.value.code == "invalid_request"


def test_a_template_is_previewed_as_it_will_arrive(stack: Stack) -> None:
    with stack.with_settings(origin="login.example.com", signature="Example Co"):
        preview = stack.admin("templates.preview", locale="en")
        assert preview["built_in"] is True
        assert preview["preview"].endswith("Example Co\n\n@login.example.com #581883")
        assert (preview["alphabet"], preview["segments"]) == ("GSM-7", 1)
        assert preview["problems"] == []
        dear = stack.admin(
            "templates.preview",
            locale="pl",
            template="{code} to Twój kod logowania. Numer tej próby: {prefix} — {signature}",
        )
        assert (dear["built_in"], dear["alphabet"]) == (False, "UCS-2")
        assert dear["segments"] >= 2
        assert "ó" in " ".join(warning["message"] for warning in dear["warnings"])
        wrong = stack.admin("templates.preview", locale="en", template="See example.com")
        assert {"no_code", "no_prefix", "link"} <= {problem["code"] for problem in wrong["problems"]}
        around = {"signature": "Another Co", "origin": None, "templates": {"en": None}}
        unsaved = stack.admin("templates.preview", locale="en", settings=around)
        assert unsaved["preview"].endswith("Another Co")
        with pytest.raises(Refused) as refused:
            stack.admin("templates.preview", locale="en", settings={"signature": "see example.com"})
        assert refused.value.problem["errors"][0]["field"] == "signature"
        assert stack.admin("settings.get")["signature"] == "Example Co"
    assert stack.admin("settings.get")["templates"] == {}
