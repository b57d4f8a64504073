"""The first factor: passwords, clients that vouch, legacy clients, and the answer to a login."""

import base64
import itertools
import re
from collections.abc import Callable, Iterator
from copy import replace
from datetime import UTC, datetime

import jwt
import pytest

from tests import people
from tests.api.deliveries import spent
from tests.api.stack import ISSUER, Stack
from tests.people import Person
from tests.product import Refused, basic

type NewPerson = Callable[..., Person]


def claims(token: str) -> dict[str, object]:
    read: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return read


def test_a_login_returns_a_token_masked_phones_and_help(person: Person) -> None:
    answer = person.login().json
    assert answer.keys() == {
        "status",
        "mfa_token",
        "expires_at",
        "phones",
        "help",
        "locked_until",
        "channels",
        "methods",
    }
    assert answer["status"] == "mfa_required"
    assert answer["channels"] == ["sms"]
    assert answer["methods"] == ["sms", "email"]
    assert answer["phones"] == [
        {
            "id": person.phones[0],
            "region": "HK",
            "calling_code": "+852",
            "masked_number": f"****{person.numbers[0][-4:]}",
            "verified": False,
        }
    ]
    assert answer["help"] == {"email": "u***@example.com"}
    assert answer["locked_until"] is None
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert 500 < left.total_seconds() <= 601


def test_each_login_has_an_id_of_128_random_bits(person: Person) -> None:
    ids = []
    for _ in range(2):
        person.challenged()
        ids.append(str(person.item["login_jti"]))
        person.later(61)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("user", "phones", "help_email"),
    [({"email": False}, 0, None), ({"kind": "system"}, 0, None), ({"phones": 2}, 2, "u***@example.com")],
)
def test_a_login_offers_only_what_the_user_has(
    new_person: NewPerson, user: dict[str, object], phones: int, help_email: str | None
) -> None:
    answer = new_person(**{"phones": 0} | user).login().json
    assert len(answer["phones"]) == phones
    assert answer["help"] == {"email": help_email}


def test_a_password_is_enough_without_mfa(new_person: NewPerson) -> None:
    person = new_person(mfa=False)
    answer = person.login().json
    assert answer.keys() == {"status", "token", "token_type", "expires_in", "amr"}
    assert (answer["status"], answer["token_type"], answer["amr"]) == ("authenticated", "Bearer", ["pwd"])
    token = claims(answer["token"])
    assert (token["sub"], token["aud"], token["amr"]) == (person.name, ISSUER, ["pwd"])
    assert "legacy" not in token
    assert token["exp"] == int(str(token["iat"])) + answer["expires_in"]


def test_every_spelling_of_a_name_is_the_same_user(person: Person) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in person.name)
    for spelling in (
        person.name.upper(),
        f"  {person.name}\t",
        wide,
        wide.upper(),
        f"{person.name}\n",
        f"\u3000{person.name}",
    ):
        assert person.login(login_name=spelling).status == 200, spelling


def test_combining_marks_make_no_other_user_and_no_second_lock(stack: Stack, new_person: NewPerson) -> None:
    person = new_person()
    name, password = f"jürgen {person.name}", stack.password()
    stack.admin("users.create", login_name=f"ju\u0308rgen {person.name}", password=password, mfa_enabled=True)
    other = Person(stack, name, password, person.address, None)
    assert other.login().status == 200
    assert other.login(login_name=name.upper()).status == 200
    for spelling in itertools.islice(itertools.cycle([name, name.upper(), f"ju\u0308rgen {person.name}"]), 10):
        assert other.login(login_name=spelling, password="wrong-password").code == "invalid_credentials"
    assert other.login(login_name=name.title()).code == "rate_limited"


@pytest.mark.parametrize(
    "user",
    [{}, {"mfa": False}, {"kind": "system"}, {"status": "disabled"}],
    ids=["mfa", "no mfa", "system", "disabled"],
)
def test_a_wrong_password_is_invalid_credentials_for_every_kind_of_user(
    new_person: NewPerson, user: dict[str, object]
) -> None:
    person = new_person(**user)
    answer = person.login(password="not-the-password")
    assert (answer.status, answer.code) == (401, "invalid_credentials")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"', (
        "for Basic a browser would open a dialog"
    )


def test_unknown_disabled_and_locked_users_and_wrong_passwords_look_the_same_to_the_byte(
    person: Person, new_person: NewPerson
) -> None:
    disabled = new_person(status="disabled")
    answers = [
        person.login(password="wrong-password"),
        new_person().locked().login(password="wrong-password"),
        person.login(login_name="nobody-of-this-name"),
        person.login(login_name="\ufdfa" * 200),
        person.login(login_name=""),
        person.login(login_name="a\nb\x00c"),
        disabled.login(),
    ]
    assert {(answer.text, answer.status, str(answer.headers)) for answer in answers} == {
        (answers[0].text, 401, str(answers[0].headers))
    }


@pytest.mark.parametrize("known", [True, False])
def test_after_ten_wrong_passwords_for_a_name_from_an_address_even_the_right_one_is_refused(
    stack: Stack, person: Person, known: bool
) -> None:
    name = person.name if known else stack.name()
    for _ in range(10):
        assert person.login(login_name=name, password="wrong-password").code == "invalid_credentials"
    for password in ("wrong-password", person.password):
        answer = person.login(login_name=name, password=password)
        assert (answer.status, answer.code) == (429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 3600


def test_the_wrong_passwords_of_one_address_lock_nobody_out_at_another(stack: Stack, person: Person) -> None:
    for _ in range(10):
        person.login(password="wrong-password")
    assert person.login().code == "rate_limited"
    person.address = stack.address()
    assert person.login().status == 200


def test_after_a_hundred_wrong_passwords_from_an_address_only_names_that_are_familiar_there_pass(
    stack: Stack, person: Person, new_person: NewPerson
) -> None:
    assert person.login(password="wrong-password").code == "invalid_credentials"
    hour = f"PASSWORDS#{datetime.now(UTC):%Y-%m-%dT%H}"
    item = stack.table.get_item(Key={"pk": f"TRIES#{person.address}", "sk": hour})["Item"]
    assert item["n"] == 1
    stack.table.put_item(Item=item | {"n": 99})
    assert person.login().status == 200, "right ones are not counted"
    assert person.login(login_name="nobody-of-this-name").code == "invalid_credentials"
    other = new_person()
    other.address = person.address
    assert other.login().code == "rate_limited"
    assert person.login().status == 200


def test_an_ipv6_address_is_counted_by_its_64_bit_network(stack: Stack, person: Person) -> None:
    n = int(person.address.rpartition(".")[2])
    person.address = f"2001:db8:{n}:1::1"
    for _ in range(10):
        person.login(password="wrong-password")
    person.address = f"2001:db8:{n}:1:ffff:ffff:ffff:ffff"
    assert person.login().code == "rate_limited"
    person.address = f"2001:db8:{n}:2::1"
    assert person.login().status == 200


def test_an_x_forwarded_for_header_is_no_other_address(stack: Stack, person: Person) -> None:
    for n in range(11):
        answer = stack.call(
            "POST",
            "/v1/login",
            {"login_name": person.name, "password": "wrong-password"},
            address=person.address,
            headers={"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}"},
        )
    assert answer.code == "rate_limited"


def test_a_locked_user_can_log_in_and_is_told_when_the_lock_ends(person: Person) -> None:
    locked_until = person.locked().get().json["locked_until"]
    answer = person.login()
    assert answer.status == 200
    assert answer.json["locked_until"] == locked_until
    person.later(901)
    assert person.login().json["locked_until"] is None


def test_unicode_blanks_and_normal_forms_of_a_password_are_the_same_password(stack: Stack) -> None:
    name = stack.name()
    stack.admin("users.create", login_name=name, password="mo\u0308chte ich ein")
    for password in ("möchte ich ein", "möchte\u00a0ich\u3000ein"):
        answer = stack.call("POST", "/v1/login", {"login_name": name, "password": password}, address=stack.address())
        assert answer.status == 200
    for password in ("MÖCHTE ICH EIN", "möchte ich ein ", "mochte ich ein"):
        answer = stack.call("POST", "/v1/login", {"login_name": name, "password": password}, address=stack.address())
        assert answer.code == "invalid_credentials"


@pytest.mark.parametrize("length", [8, 256])
def test_the_shortest_and_the_longest_password_work(stack: Stack, length: int) -> None:
    name, password = stack.name(), ("vq7!kdmz" * 32)[:length]
    stack.admin("users.create", login_name=name, password=password)
    body = {"login_name": name, "password": password}
    assert stack.call("POST", "/v1/login", body).status == 200
    assert stack.call("POST", "/v1/login", body | {"password": password[:-1]}).code == "invalid_credentials"


# --- vouched logins


class Vouching:
    """A client's calls."""

    def __init__(self, stack: Stack, *, legacy: bool = False) -> None:
        self.stack = stack
        made = stack.admin("clients.create", name="A shop", legacy=legacy)
        self.id, self.secret = made["client_id"], made["client_secret"]
        self.stack_secret = self.secret

    def login(self, name: str, headers: dict[str, str] | None = None, **body: object):  # type: ignore[no-untyped-def]
        given = basic(self.id, self.secret) if headers is None else headers
        return self.stack.call("POST", "/v1/login/vouched", {"login_name": name} | body, headers=given)


@pytest.fixture
def client(stack: Stack) -> Vouching:
    return Vouching(stack)


def test_a_client_vouches_for_the_password_and_is_the_audience(person: Person, client: Vouching) -> None:
    answer = client.login(person.name)
    assert answer.json["status"] == "mfa_required"
    person.token = answer.json["mfa_token"]
    person.start()
    approved = person.verify().json
    assert approved["status"] == "approved"
    token = claims(approved["token"])
    assert (token["aud"], token["iss"], token["sub"], token["amr"]) == (client.id, ISSUER, person.name, ["pwd", "sms"])
    assert [event["actor"] for event in person.events()][-2:] == [client.id, client.id]


def test_a_vouched_login_where_mfa_is_off_is_authenticated(new_person: NewPerson, client: Vouching) -> None:
    for supports_mfa in (True, False):
        answer = client.login(new_person(mfa=False).name, client_supports_mfa=supports_mfa)
        assert answer.json["status"] == "authenticated"
        token = claims(answer.json["token"])
        assert (token["aud"], token["amr"]) == (client.id, ["pwd"])
        assert "legacy" not in token


@pytest.mark.parametrize(
    ("given", "charged"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.8", "198.51.100.8"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_messages_are_charged_to_the_address_that_a_client_names(
    stack: Stack, new_person: NewPerson, client: Vouching, given: str, charged: str
) -> None:
    person, other = new_person(), new_person()
    with stack.with_settings(budgets={"address_per_hour": 1, "kept_for_verified_percent": 0}):
        person.token = client.login(person.name, end_user_address=given).json["mfa_token"]
        assert person.start().status == 201
        assert (spent(stack, f"ADDRESS#{charged}"), spent(stack, f"VOUCHED#{client.id}")) == (1, 1)
        other.token = client.login(other.name, end_user_address=given).json["mfa_token"]
        assert other.start().code == "rate_limited"
        assert person.verify().status == 200
        assert (spent(stack, f"ADDRESS#{charged}"), spent(stack, f"VOUCHED#{client.id}")) == (0, 0)
        assert other.start().status == 201


@pytest.mark.parametrize("given", ["", "home", "198.51.100", "198.51.100.7/24", "198.51.100.7:443", "x" * 65, 7, []])
def test_a_client_names_an_ip_address_or_none(person: Person, client: Vouching, given: object) -> None:
    answer = client.login(person.name, end_user_address=given)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert [each["field"] for each in answer.json["errors"]] == ["end_user_address"]


@pytest.mark.parametrize("user", [{"kind": "system"}, {"kind": "system", "mfa": False}, {"status": "disabled"}])
def test_a_client_cannot_vouch_for_a_system_user_or_a_disabled_one(
    new_person: NewPerson, client: Vouching, user: dict[str, object]
) -> None:
    answers = [client.login(new_person(**user).name), client.login("nobody-of-this-name")]
    assert [answer.code for answer in answers] == ["invalid_credentials"] * 2
    assert answers[0].text == answers[1].text
    assert 'Basic realm="' in answers[0].headers["www-authenticate"]


def wrong_credentials(client: Vouching) -> Iterator[dict[str, str]]:
    def encoded(raw: bytes) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(raw).decode()}

    right = f"{client.id}:{client.secret}".encode()
    yield {}
    yield {"Authorization": ""}
    yield {"Authorization": "Basic"}
    yield {"Authorization": "Basic "}
    yield {"Authorization": "Basic !!!"}
    yield {"Authorization": "Basic é"}
    yield {"Authorization": "Basic " + base64.b64encode(right).decode()[:-2]}
    yield {"Authorization": "Bearer " + base64.b64encode(right).decode()}
    yield {"Authorization": f"Basic {client.id}:{client.secret}"}
    yield encoded(b"")
    yield encoded(b":")
    yield encoded(client.id.encode())
    yield encoded(f"{client.id}:".encode())
    yield encoded(f":{client.secret}".encode())
    yield encoded(f"{client.id}:{client.secret}x".encode())
    yield encoded(f"{client.id}:{client.secret[:-1]}".encode())
    yield encoded(f"{client.id.upper()}X:{client.secret}".encode())
    yield encoded(b"x" * 65 + b":" + client.secret.encode())
    yield encoded(b"x" * 5000 + b":y")
    yield encoded(b"\xff\xfe:\xff")
    yield encoded(b"\x00:\x00")
    yield encoded("ü:ü".encode())
    yield encoded(f"{Vouching(client.stack).id}:{client.secret}".encode())


def test_an_unknown_client_and_a_wrong_secret_are_refused_alike(person: Person, client: Vouching) -> None:
    answers = [client.login(person.name, headers) for headers in wrong_credentials(client)]
    assert {(answer.status, answer.code) for answer in answers} == {(401, "invalid_credentials")}
    assert len({answer.text for answer in answers}) == 1


def test_the_scheme_basic_is_read_in_any_case(person: Person, client: Vouching) -> None:
    [(_, value)] = basic(client.id, client.secret).items()
    for headers in (
        {"authorization": value},
        {"AUTHORIZATION": value},
        {"Authorization": value.replace("Basic", "bAsIc")},
    ):
        assert client.login(person.name, headers).status == 200


LEGACY = [
    # Setting, client, what the client supports, user, MFA on or off: the answer.
    (setting, legacy, supports, kind, mfa)
    for setting, legacy, supports, kind, mfa in itertools.product((True, False), (True, False), (True, False), ("backup", "system"), (True, False))
]  # fmt: skip


def test_a_second_factor_is_skipped_only_if_every_condition_allows_it(stack: Stack, new_person: NewPerson) -> None:
    """All combinations of setting, client, what the client supports, kind of user, and MFA."""
    people = {(kind, mfa): new_person(kind=kind, mfa=mfa) for kind in ("backup", "system") for mfa in (True, False)}
    clients = {legacy: Vouching(stack, legacy=legacy) for legacy in (True, False)}
    for setting in (True, False):
        with stack.with_settings(allow_legacy_clients=setting):
            for _, legacy, supports, kind, mfa in (row for row in LEGACY if row[0] is setting):
                person = people[kind, mfa]
                answer = clients[legacy].login(person.name, client_supports_mfa=supports, client_version="Backup 4.2")
                skipped = False
                if kind == "system":
                    expected = "invalid_credentials"
                elif not mfa:
                    expected = "authenticated"
                elif supports:
                    expected = "mfa_required"
                elif setting and legacy:
                    expected, skipped = "authenticated", True
                else:
                    expected = "mfa_not_supported"
                about = (setting, legacy, supports, kind, mfa)
                assert (answer.json.get("status") if answer.status == 200 else answer.code) == expected, about
                if expected == "authenticated":
                    assert claims(answer.json["token"]).get("legacy", False) is skipped, about
                    assert answer.json["amr"] == ["pwd"]
                assert ("legacy_login" in person.event_types()) is skipped or not skipped, about


def test_a_skipped_second_factor_is_recorded(stack: Stack, person: Person) -> None:
    client = Vouching(stack, legacy=True)
    before = stack.admin("users.get", login_name=person.name)
    assert (before["last_legacy_at"], before["client_version"]) == (None, None)
    with stack.with_settings(allow_legacy_clients=True):
        assert client.login(person.name, client_supports_mfa=False, client_version="Backup 4.2").status == 200
    [event] = [event for event in person.events() if event["type"] == "legacy_login"]
    assert (event["actor"], event["detail"]) == (client.id, {"client_version": "Backup 4.2"})
    after = stack.admin("users.get", login_name=person.name)
    assert after["last_legacy_at"] is not None
    assert after["client_version"] == "Backup 4.2"


def test_a_client_that_cannot_do_mfa_is_told_so_and_nothing_is_sent(
    stack: Stack, person: Person, client: Vouching
) -> None:
    answer = client.login(person.name, client_supports_mfa=False)
    assert (answer.status, answer.code) == (403, "mfa_not_supported")
    assert stack.line.requests == []
    assert person.event_types() == ["user_created", "phone_added"]


def test_a_name_is_the_same_with_one_blank_or_more(stack: Stack) -> None:
    name, password = f"john {stack.name()}", stack.password()
    assert stack.admin("users.create", login_name=name.replace(" ", "  "), password=password)["login_name"] == name
    with pytest.raises(Refused) as refused:
        stack.admin("users.create", login_name=name.replace(" ", "\u00a0 "), password=password)
    assert refused.value.code == "conflict"
    for spelling in (name, name.replace(" ", "  "), name.replace(" ", " \u3000 ")):
        assert stack.admin("users.get", login_name=spelling)["login_name"] == name
        assert stack.admin("users.events", login_name=spelling)["items"] != []
        assert stack.admin("users.records", login_name=spelling)["login_name"] == name
        body = {"login_name": spelling, "password": password}
        assert stack.call("POST", "/v1/login", body, address=stack.address()).status == 200


def test_a_user_who_was_created_with_two_blanks_is_still_reached(stack: Stack) -> None:
    model = people.add(stack)
    person = replace(model, name=model.name.replace("user.", "old  user."))
    for sk in ("#PROFILE", "#PHONE#0"):
        item = stack.table.get_item(Key={"pk": f"USER#{model.name}", "sk": sk})["Item"]
        names = {"login_name": person.name} if sk == "#PROFILE" else {}
        stack.table.put_item(Item=item | {"pk": f"USER#{person.name}"} | names)
    person.write("#PASSWORD", password_hash=model._items("#PASSWORD")["password_hash"])
    assert person.login().status == 200
    assert person.start().status == 201
    assert person.verify().status == 200
    assert stack.admin("users.patch", login_name=person.name, alias="Old")["login_name"] == person.name
    assert stack.admin("users.events", login_name=person.name)["items"][0]["type"] == "user_changed"
    assert stack.admin("users.records", login_name=person.name)["login_name"] == person.name
    csv = f"login_name,owner\n{person.name},Old owner\n"
    assert stack.admin("users.import", csv=csv, dry_run=False)["updated"] == 1
    stack.admin("users.delete", login_name=person.name)
    assert stack.admin("users.erase", login_name=person.name)["complete"]
    assert person.login().code == "invalid_credentials"
