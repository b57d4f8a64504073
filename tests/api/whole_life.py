"""A user's whole life, acted out with every kind of secret, and what left by the side meanwhile."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pyotp
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests import deeds, people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.deliveries import ref, report
from tests.api.stack import ISSUER, Stack
from tests.people import Person
from tests.product import basic


@dataclass
class Life:
    """A user's whole life, and every secret that came up in it.

    Attributes:
        handed: what one function handed over to another, which Lambda queues and keeps for two weeks if it fails.
        notices: what people were told of changes, by text message and by mail.
        exports: what an administrator took out as a file.
    """

    stack: Stack
    secrets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    handed: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)

    def know(self, kind: str, *values: object) -> str:
        self.secrets[kind] |= {str(value) for value in values}
        return str(values[0])

    def live(self, person: Person) -> None:
        self.know("password", person.password)
        self.know("phone number", *person.numbers, *(number[1:] for number in person.numbers))
        for act in (
            self._logins,
            self._refusals,
            self._factors,
            self._device,
            self._vouched,
            self._acted,
            self._enrolled,
        ):
            act(person)
            self._tell()
        self._new_email(person)
        self._new_password(person)
        self._administered(person)
        self._exported(person)
        self.know("key", *(self.stack.secret(name).current.decode() for name in ("HmacSecret", "TokenSecret")))
        self.know("key", *(key.decode() for key in self.stack.factor_keys.keys))
        self.know("Twilio's token", self.stack.account.auth_token)
        sent = [body for _, body in self.stack.delivered] + self.stack.mails(str(person.email))
        self.know("passcode", *(code for body in sent for code in re.findall(r"(?<!\d)\d{10}(?!\d)", body)))

    def _tell(self) -> None:
        """Lets everything that was handed over arrive. Notices bring nothing; codes and links are for one mailbox."""
        handed, self.stack.events = self.stack.events, []
        for function, event in handed:
            before = self._received()
            self.stack.invoke(function, event)
            self.handed.append(json.dumps(event))
            if "notice" in event:
                self.notices += (self._received() - before).elements()
        if self.stack.events:
            self._tell()

    def _received(self) -> Counter[str]:
        mails = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
        return Counter([body for _, body in self.stack.delivered] + [f"{mail.subject}\n{mail.body}" for mail in mails])

    def _logins(self, person: Person) -> None:
        person.login()
        self.know("MFA token", person.token)
        person.start(key="an-idempotency-key")
        person.verify("0000000000", key="an-idempotency-key")
        person.later(61)
        person.resend()
        old = person.code()
        person.later(61)
        person.resend(phone_id=person.phones[1])
        person.verify(old)
        self.know("access token", person.verify(person.code(1)).json["token"])
        assert report(self.stack, ref(self.stack), "undelivered", 30003).status == 204
        person.later(61)
        person.login()
        person.recover()

    def _refusals(self, person: Person) -> None:
        self.stack.line.refuses(21211)
        person.start(phone=1)
        for status, body in ((500, b"oops"), (201, b"not json")):
            self.stack.line.answers(status, body)
            person.later(61)
            person.start(phone=0)
        self.stack.line.fault = None
        for changes in ({"password": self.stack.password()}, {"login_name": self.stack.password()}):
            self.know("password", *changes.values())
            person.login(**changes)
        person.call("POST", "/v1/login", b'{"password": "' + person.password.encode() + b'"')
        person.later(61)
        person.challenged()
        person.guess(5)
        person.verify()
        self.stack.admin("users.unlock", login_name=person.name)

    def _factors(self, person: Person) -> None:
        token = administrators.signed(person.name, kind="backup", amr=["pwd", "sms"], acr="2")
        self.know("access token", token)
        app = self.stack.call("POST", "/v1/me/totp", token=token).json
        code = pyotp.TOTP(self.know("authenticator app", app["secret"])).now()
        self.know("authenticator app", code)
        assert self.stack.call("POST", "/v1/me/totp/confirm", {"code": code}, token=token).status == 200
        codes = self.stack.call("POST", "/v1/me/recovery-codes", token=token).json["codes"]
        self.know("recovery code", *codes, *(each.replace("-", "") for each in codes))
        person.login()
        person.prove("totp", "000000")
        assert person.prove("recovery_code", codes[0]).status == 200
        given = self.stack.admin("temporary_codes.create", login_name=person.name)["code"]
        self.know("temporary code", given, given.replace("-", ""))
        person.login()
        assert person.prove("temporary_code", given).status == 200

    def _device(self, person: Person) -> None:
        person.later(61)
        person.challenged()
        trusted = person.verify(trust_device=True, device_name="My laptop").json["device_token"]
        self.know("trusted device", trusted, trusted.partition(".")[2])
        self.know("access token", person.login(device_token=trusted).json["token"])

    def _vouched(self, person: Person) -> None:
        client = self.stack.admin("clients.create", name="A shop", legacy=True)
        self.know("client secret", client["client_secret"])
        self.stack.call(
            "POST",
            "/v1/login/vouched",
            {"login_name": person.name, "client_supports_mfa": False, "client_version": "4.2"},
            headers=basic(client["client_id"], client["client_secret"]),
        )
        self.know("client secret", self.stack.admin("clients.rotate", id=client["client_id"])["client_secret"])

    def _acted(self, _person: Person) -> None:
        doer, application = deeds.person(self.stack), deeds.register(self.stack)
        self.know("phone number", *doer.numbers)
        self.know("client secret", base64.b64decode(application.basic[6:]).decode().partition(":")[2])
        deed = application.open(doer)
        self.know("MFA token", deed.token)
        self.know("access token", deed.approve())
        assert deed.redeem().status == 200

    def _enrolled(self, _person: Person) -> None:
        newcomer = people.add(self.stack, phones=0)
        self.know("password", newcomer.password)
        mailed = self.stack.admin("invitations.create", login_name=newcomer.name, deliver="email")
        assert mailed.get("token") is None
        self._tell()
        link = re.search(rf"{re.escape(ISSUER)}/v1/account/#invitation=(\S+)", self.stack.mails(str(newcomer.email))[0])
        assert link
        self.know("invitation", link[1])
        invitation = self.stack.admin("invitations.create", login_name=newcomer.name)["token"]
        opened = self.stack.call("POST", "/v1/enrolment", {"invitation": self.know("invitation", invitation)})
        token = self.know("enrolment token", opened.json["enrolment_token"])
        number = self.know("phone number", self.stack.number())
        phone = self.stack.call("POST", "/v1/me/phones", {"number": number}, token=token)
        code = people.digits(self.stack.texts(number)[0])
        path = f"/v1/me/phones/{phone.json['phone_id']}/verify"
        assert self.stack.call("POST", path, {"code": code}, token=token).status == 200

    def _new_email(self, person: Person) -> None:
        token = administrators.signed(person.name, kind="backup", amr=["pwd", "sms"], acr="2")
        new = f"{self.stack.name()}@example.com"
        assert self.stack.call("PATCH", "/v1/me", {"contact_email": new}, token=token).status == 200
        self._tell()
        code = self.know("passcode", people.digits(self.stack.mails(new)[0]))
        path = "/v1/me/contact-email/verify"
        assert self.stack.call("POST", path, {"code": code}, token=token).status == 204
        self._tell()
        assert self.stack.call("PATCH", "/v1/me", {"contact_email": person.email}, token=token).status == 200
        self._tell()
        back = {"code": people.digits(self.stack.mails(str(person.email))[0])}
        assert self.stack.call("POST", path, back, token=token).status == 204
        self._tell()

    def _new_password(self, person: Person) -> None:
        assert self.stack.call("POST", "/v1/password-reset", {"login_name": person.name}).status == 202
        self._tell()
        mails = "\n".join(self.stack.mails(str(person.email)))
        [link] = re.findall(rf"{re.escape(ISSUER)}/v1/account/#reset=(\S+)", mails)
        opened = self.stack.call("POST", "/v1/password-reset/open", {"reset": self.know("reset link", link)}).json
        person.token = self.know("MFA token", opened["mfa_token"])
        person.later(61)
        person.start()
        token, new = (
            self.know("reset link", person.verify().json["token"]),
            self.know("password", self.stack.password()),
        )
        body = {"reset_token": token, "new_password": new}
        assert self.stack.call("POST", "/v1/password-reset/password", body).status == 204
        self._tell()

    def _administered(self, person: Person) -> None:
        owner = administrators.new(self.stack)
        self.know("access token", owner.token)
        new, number = self.know("password", self.stack.password()), self.know("phone number", self.stack.number())
        assert owner.ask("PATCH", f"/users/{person.name}", {"password": new}).status == 200
        assert owner.ask("POST", f"/users/{person.name}/phones", {"number": number}).status == 201
        self.stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True)
        self._tell()

    def _exported(self, person: Person) -> None:
        owner = administrators.new(self.stack)
        self.know("access token", owner.token)
        for deed, parameters in (("set_owner", {"owner": "Acme"}), ("mfa_off", {})):
            body = {"deed": deed, "selection": {"login_names": [person.name]}, "parameters": parameters}
            job = owner.ask("POST", "/jobs", body).json["id"]
            assert owner.ask("POST", f"/jobs/{job}/run", {}).json["state"] == "previewed"
            assert owner.ask("POST", f"/jobs/{job}/start", {"expected_users": 1}).status == 200
            assert owner.ask("POST", f"/jobs/{job}/run", {}).json["outcomes"]["done"] == 1
            self._tell()
            self._take(owner, f"/jobs/{job}", f"/jobs/{job}/report", f"/jobs/{job}/export")
        self._take(owner, "/jobs", "/overview/export", "/users/export", f"/users/{person.name}/records")
        self._take(owner, "/events/export?format=csv", "/events/export?format=jsonl", "/sessions", "/clients")
        self._take(owner, f"/users/{person.name}/events", f"/users/{person.name}/messages", "/settings")

    def _take(self, owner: Administrator, *paths: str) -> None:
        for path in paths:
            place, _, query = path.partition("?")
            answer = owner.ask("GET", place, **dict(parse_qsl(query)))
            assert answer.status == 200, answer.text
            # An export's file is one text in the answer, whose quotes and line breaks are escaped.
            self.exports.append("\n".join(map(str, answer.json.values())) + answer.text)
