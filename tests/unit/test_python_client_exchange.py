"""The Python client repeats a call only where that does nothing twice, and only within its deadline."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mfa_client import AsyncClient, Authenticated, Client, MfaRequired, NoAnswer, Refusal, UnexpectedAnswer, errors
from mfa_client.answers import Approved, EnrolmentRequired, Invitation, RecoveryCodes, TotpSecret
from mfa_client.calls import Calls
from mfa_client.exchange import Settings, Wait, exchange
from mfa_client.requests import Request

URL = "https://login.example.com"
SECRET = "hunter2-hunter2"
CHALLENGE = {
    "id": "c",
    "status": "pending",
    "channel": "sms",
    "destination": "+852 - ****3799",
    "prefix": "XYWD",
    "sent_at": "2026-07-01T00:00:00Z",
    "expires_at": "2026-07-01T00:05:00Z",
    "resend_available_at": "2026-07-01T00:01:00Z",
    "attempts_remaining": 5,
    "sends_remaining": 4,
    "locked_until": None,
    "delivery": {"status": "queued", "a_newer_member": 1},
    "server_time": "2026-07-01T00:00:01Z",
}
LOGIN = Calls.login.request("demo.user", SECRET)
SEND = Calls.start_challenge.request(SECRET, "phone")
READ = Calls.get_challenge.request(SECRET, "c")
VERIFY = Calls.verify_challenge.request(SECRET, "c", "581883")
DENY = Calls.deny_action.request(SECRET, "a")
REMOVE = Calls.remove_phone.request(SECRET, "p")
PASSWORD = Calls.change_password.request(SECRET, SECRET, SECRET)
RESET = Calls.start_password_reset.request("demo.user")

type Reply = httpx.Response | type[httpx.TransportError]


def refused(code: str, status: int = 429, retry_after: str = "", **members: Any) -> httpx.Response:
    headers = {"Retry-After": retry_after} if retry_after else {}
    return httpx.Response(status, headers=headers, json={"code": code, "status": status, "detail": "d", **members})


def gateway(status: int) -> httpx.Response:
    return httpx.Response(status, json={"message": "of API Gateway"})


LOST = httpx.ReadTimeout
UNSENT = httpx.ConnectError
OK = httpx.Response(200, json=CHALLENGE)
AGAIN = refused("temporarily_unavailable", 503, "2")


class Run:
    """A call whose steps get these replies, on a clock of its own."""

    def __init__(self, request: Request[Any], *replies: Reply, deadline: float = 30.0, takes: float = 0.0) -> None:
        self.sent: list[httpx.Request] = []
        self.waits: list[float] = []
        self.result: Any = None
        self._now = 0.0
        settings = Settings(URL, "id", SECRET, timeout=10.0, deadline=deadline)
        steps = exchange(request, settings, clock=lambda: self._now, chance=lambda: 1.0)
        given: Iterator[Reply] = iter(replies)
        outcome: Any = None
        try:
            while True:
                step = steps.send(outcome)
                if isinstance(step, Wait):
                    self.waits.append(step.seconds)
                    self._now += step.seconds
                    outcome = None
                    continue
                self.sent.append(step)
                self._now += takes
                reply = next(given)
                outcome = reply if isinstance(reply, httpx.Response) else reply("no", request=step)
        except StopIteration as end:
            self.result = end.value
        except errors.MfaClientError as error:
            self.result = error

    @property
    def keys(self) -> set[str | None]:
        return {each.headers.get("Idempotency-Key") for each in self.sent}


REPEATED = [
    pytest.param(SEND, LOST, id="a lost answer to a send"),
    pytest.param(VERIFY, LOST, id="a lost answer to a verify"),
    pytest.param(READ, LOST, id="a lost answer to a read"),
    pytest.param(LOGIN, LOST, id="a lost answer to a login"),
    pytest.param(SEND, httpx.RemoteProtocolError, id="a connection that broke"),
    pytest.param(SEND, gateway(504), id="a send that API Gateway did not wait for"),
    pytest.param(SEND, refused("internal_error", 500), id="a fault of the service"),
    pytest.param(SEND, AGAIN, id="a send when a service did not answer"),
    pytest.param(LOGIN, AGAIN, id="a login when a service did not answer"),
    pytest.param(DENY, UNSENT, id="a request that was never sent"),
    pytest.param(PASSWORD, httpx.ConnectTimeout, id="a connection that did not come about"),
    pytest.param(PASSWORD, gateway(429), id="a request that was throttled"),
    pytest.param(RESET, refused("rate_limited", 429, "3"), id="a spent budget that returns soon"),
    pytest.param(SEND, refused("resend_too_soon", 429, "20"), id="a cooldown that ends soon"),
]
NOT_REPEATED = [
    pytest.param(PASSWORD, LOST, id="a lost answer to a change of the password"),
    pytest.param(RESET, LOST, id="a lost answer to a mail without a key"),
    pytest.param(DENY, LOST, id="a lost answer without a key"),
    pytest.param(REMOVE, LOST, id="a lost answer to a removal"),
    pytest.param(PASSWORD, AGAIN, id="a change that may have happened"),
    pytest.param(PASSWORD, gateway(502), id="a gateway's fault, without a key"),
    pytest.param(SEND, refused("sms_unavailable", 503, "1"), id="messages that cannot be sent"),
    pytest.param(VERIFY, refused("too_many_attempts", 429, "1"), id="a lock"),
    pytest.param(SEND, refused("too_many_sends", 429, "1"), id="spent messages"),
    pytest.param(VERIFY, refused("invalid_code", 400), id="a wrong code"),
    pytest.param(SEND, refused("resend_too_soon", 429, "60"), id="a cooldown beyond the deadline"),
    pytest.param(SEND, refused("rate_limited", 429), id="a budget without a time"),
    pytest.param(SEND, httpx.Response(302, headers={"Location": "https://elsewhere.example"}), id="a redirect"),
    pytest.param(SEND, httpx.Response(200, text="<html>"), id="a proxy's page"),
    pytest.param(READ, httpx.Response(404, text="<html>"), id="a proxy's refusal"),
]


@pytest.mark.parametrize(("request_", "reply"), REPEATED)
def test_a_call_is_repeated_with_the_same_key_and_body(request_: Request[Any], reply: Reply) -> None:
    run = Run(request_, reply, httpx.Response(200, json=CHALLENGE if request_ in (SEND, READ) else {}))
    assert len(run.sent) == 2
    assert len(run.keys) == 1
    assert (run.keys != {None}) is request_.keyed
    assert len({each.content for each in run.sent}) == 1


@pytest.mark.parametrize(("request_", "reply"), NOT_REPEATED)
def test_a_call_that_might_be_done_twice_is_not_repeated(request_: Request[Any], reply: Reply) -> None:
    run = Run(request_, reply)
    assert len(run.sent) == 1
    assert run.waits == []
    assert isinstance(run.result, errors.MfaClientError)
    assert isinstance(run.result, NoAnswer) is (reply is LOST)


def test_every_call_that_sends_a_message_has_a_key_or_is_never_repeated() -> None:
    """Harmless events send nothing: these three only."""
    harmless = set()
    for part in Calls.__mro__:
        for name, call in vars(part).items():
            if hasattr(call, "request"):
                names = [each for each in call.__signature__.parameters if each != "self"]
                made = call.request(**{each: {} if each == "params" else "x" for each in names})
                if made.harmless:
                    harmless.add(name)
    assert harmless == {"login", "login_vouched"}


def test_each_call_has_a_key_of_its_own_unless_the_caller_gives_one() -> None:
    first, second = Run(SEND, OK), Run(SEND, OK)
    assert first.keys != second.keys
    given = Calls.start_challenge.request(SECRET, "phone", idempotency_key="mine")
    assert Run(given, LOST, OK).keys == {"mine"}


def test_retry_after_is_waited_for_and_a_backoff_grows() -> None:
    assert Run(SEND, AGAIN, AGAIN, OK).waits == [2.0, 2.0]
    assert Run(SEND, LOST, LOST, LOST, LOST, OK).waits == [0.5, 1.0, 2.0, 4.0]


def test_a_call_ends_with_its_deadline() -> None:
    """No wait goes beyond it, and no request waits longer than the time that is left."""
    run = Run(READ, LOST, LOST, LOST, LOST, deadline=25, takes=10)
    assert isinstance(run.result, NoAnswer)
    assert len(run.sent) == 3
    left = [each.extensions["timeout"]["read"] for each in run.sent]
    assert left == [10.0, 10.0, pytest.approx(3.5)]


def test_a_key_is_not_used_after_the_time_in_which_its_answer_comes_again() -> None:
    run = Run(VERIFY, *[LOST] * 6, deadline=600, takes=30)
    assert len(run.sent) == 2
    assert isinstance(run.result, NoAnswer)
    assert run.result.may_have_happened


def test_what_happened_before_a_failed_connection_is_not_forgotten() -> None:
    for then in (UNSENT, AGAIN):
        run = Run(SEND, LOST, then, UNSENT, UNSENT, UNSENT)
        assert isinstance(run.result, NoAnswer)
        assert run.result.may_have_happened
    run = Run(SEND, *[UNSENT] * 5)
    assert isinstance(run.result, NoAnswer)
    assert not run.result.may_have_happened


@pytest.mark.parametrize("text", ["soon", "-1", "²", "Fri, 27 Nov 2026 17:34:02 GMT"])
def test_a_retry_after_that_is_no_number_is_no_time(text: str) -> None:
    assert Run(SEND, refused("rate_limited", 429), OK).result.retry_after is None
    headers = [(b"Retry-After", text.encode())]
    odd = httpx.Response(503, headers=headers, json={"code": "temporarily_unavailable"})
    assert Run(SEND, odd, OK).waits == [0.5]


def test_a_refusal_carries_what_its_problem_says() -> None:
    run = Run(VERIFY, refused("invalid_code", 400, attempts_remaining=0, locked_until="2026-07-01T00:00:00Z"))
    assert isinstance(run.result, errors.InvalidCode)
    assert run.result.attempts_remaining == 0
    assert run.result.locked_until is not None
    assert run.result.locked_until.year == 2026
    run = Run(LOGIN, refused("invalid_request", 400, errors=[{"field": "login_name", "message": "is too long"}]))
    assert isinstance(run.result, errors.InvalidRequest)
    assert run.result.errors[0].field == "login_name"


def test_a_refusal_of_a_newer_service_is_a_refusal() -> None:
    run = Run(VERIFY, refused("a_newer_code", 409))
    assert type(run.result) is Refusal
    assert (run.result.code, run.result.status, str(run.result)) == ("a_newer_code", 409, "d")


def test_a_refusal_whose_members_are_odd_is_still_one() -> None:
    run = Run(VERIFY, refused("invalid_code", 400, attempts_remaining="many", locked_until=7))
    assert isinstance(run.result, errors.InvalidCode)
    assert run.result.attempts_remaining is None
    assert run.result.locked_until is None


@pytest.mark.parametrize("status", [200, 302, 404, 418, 500])
def test_an_answer_that_is_not_the_service_s_says_so(status: int) -> None:
    run = Run(DENY, httpx.Response(status, text="<html>"))
    assert isinstance(run.result, UnexpectedAnswer)
    assert run.result.status == status


ERRORS = [
    Run(VERIFY, refused("invalid_code", 400, attempts_remaining=1)).result,
    Run(DENY, LOST).result,
    Run(DENY, httpx.Response(200, text="no")).result,
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: type(each).__name__)
def test_an_error_crosses_processes(error: errors.MfaClientError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


SHOWN: list[Any] = [
    LOGIN,
    SEND,
    PASSWORD,
    Settings(URL, "id", SECRET),
    Client(URL, client_id="id", client_secret=SECRET),
    AsyncClient(URL, client_id="id", client_secret=SECRET),
    Approved(token=SECRET, expires_in=1, device_token=SECRET),
    Authenticated(token=SECRET, expires_in=1, amr=[]),
    EnrolmentRequired(enrolment_token=SECRET, expires_at=None),  # type: ignore[arg-type]
    Invitation(url=SECRET, token=SECRET, expires_at=None),  # type: ignore[arg-type]
    TotpSecret(secret=SECRET, uri=SECRET, qr_svg=SECRET),
    RecoveryCodes(codes=[SECRET]),
    *ERRORS,
    Run(LOGIN, httpx.Response(200, json={"status": SECRET + "?", "token": SECRET})).result,
]


@pytest.mark.parametrize("value", SHOWN, ids=lambda each: type(each).__name__)
def test_no_secret_is_in_a_repr_or_in_an_error(value: Any) -> None:
    assert SECRET not in f"{value!r} {value} {getattr(value, '__cause__', '')!r}".replace(f"{SECRET}?", "")


BAD_ADDRESSES = [
    "http://login.example.com",
    "login.example.com",
    "ftp://login.example.com",
    "https://",
    f"https://user:{SECRET}@login.example.com",
    "https://login.example.com?x=1",
    "http://localhost.example.com",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_would_send_passwords_in_clear_text_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(address)
    with pytest.raises(ValueError, match="address"):
        AsyncClient(address)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/", "http://localhost", "http://[::1]:1", f"{URL}/stage/"])
def test_an_address_of_this_machine_or_with_tls_is_taken(address: str) -> None:
    with Client(address) as client:
        assert repr(client) == f"Client({address.rstrip('/')!r})"
    with Client("http://mfa.internal", allow_http=True):
        pass


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_never_names_another_route(value: str) -> None:
    with pytest.raises(ValueError, match="id"):
        Calls.get_challenge.request(SECRET, value)
    assert Calls.get_challenge.request(SECRET, "a/../b?c#d").path == "/v1/challenges/a%2F..%2Fb%3Fc%23d"


def test_a_call_of_a_relying_application_needs_its_secret() -> None:
    with Client(URL) as client, pytest.raises(ValueError, match="client_secret"):
        client.login_vouched("demo.user")
    with pytest.raises(ValueError, match="together"):
        Client(URL, client_id="id")


def _replies(*replies: Reply) -> Callable[[httpx.Request], httpx.Response]:
    given = iter(replies)

    def answer(request: httpx.Request) -> httpx.Response:
        reply = next(given)
        if isinstance(reply, httpx.Response):
            return reply
        raise reply("no", request=request)

    return answer


MFA_REQUIRED = {
    "status": "mfa_required",
    "mfa_token": SECRET,
    "expires_at": "2026-07-01T00:00:00Z",
    "phones": [{"id": "p", "region": "HK", "calling_code": "+852", "masked_number": "****3799", "verified": True}],
    "help": {"email": None},
    "locked_until": None,
    "channels": ["sms"],
    "methods": ["sms", "a_newer_method"],
}


def test_the_client_and_the_one_for_asyncio_carry_out_the_same_steps(socket_enabled: None) -> None:
    """asyncio makes a pair of sockets for itself; nothing is connected to."""

    def replies() -> list[Reply]:
        again = httpx.Response(503, headers={"Retry-After": "0"}, json={"code": "temporarily_unavailable"})
        return [again, httpx.ConnectError, httpx.Response(200, json=MFA_REQUIRED)]

    with httpx.Client(transport=httpx.MockTransport(_replies(*replies()))) as http, Client(URL, http=http) as mfa:
        login = mfa.login("demo.user", SECRET)
        assert isinstance(login, MfaRequired)
        assert login.phones[0].label == "+852 - ****3799"

    async def same() -> object:
        transport = httpx.MockTransport(_replies(*replies()))
        async with httpx.AsyncClient(transport=transport) as http, AsyncClient(URL, http=http) as mfa:
            return await mfa.login("demo.user", SECRET)

    assert asyncio.run(same()) == login


def test_another_deadline_is_for_the_calls_of_that_client_only() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return refused("resend_too_soon", 429, "40")

    with httpx.Client(transport=httpx.MockTransport(answer)) as http, Client(URL, http=http) as mfa:
        patient = mfa.with_deadline(3)
        with pytest.raises(errors.ResendTooSoon):
            patient.start_challenge(SECRET, "phone")
        assert mfa._settings.deadline == 30.0
        assert patient._settings.deadline == 3


def test_the_request_says_who_calls_and_nothing_else() -> None:
    run = Run(LOGIN, httpx.Response(200, json=MFA_REQUIRED))
    (sent,) = run.sent
    assert json.loads(sent.content) == {"login_name": "demo.user", "password": SECRET}
    assert sent.headers.keys() == {"host", "accept", "user-agent", "content-type", "content-length"}
    (sent,) = Run(Calls.redeem_action.request("a"), httpx.Response(500, json={})).sent[:1]
    assert sent.headers["Authorization"] == httpx.BasicAuth("id", SECRET)._auth_header
    assert "content-type" not in sent.headers
