"""The simulated Twilio, asked by Twilio's own client."""

import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from infra.local.serving import Server, bind
from infra.local.twilio import segments
from infra.local.twilio.account import Account, local_account
from infra.local.twilio.app import Twilio
from infra.local.twilio.messages import Delivered

PHONE = "+85292153799"
SENDER = "+12063125010"


class Simulation:
    """A simulated Twilio, what it delivered, and a client that talks to it."""

    def __init__(self, url: str, account: Account) -> None:
        self.url = url
        self.account = account
        self.delivered: list[Delivered] = []

    def client(self, auth_token: str | None = None) -> Any:
        http_client: Any = TwilioHttpClient(pool_connections=False)
        request = http_client.request
        http_client.request = lambda method, url, **more: request(method, self.url + urlsplit(url).path, **more)
        client: Any = Client  # typed in parts only
        return client(self.account.sid, auth_token or self.account.auth_token, http_client=http_client)


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    account = local_account("test")
    with bind("127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        running = Simulation(url, account)
        twilio = Twilio(account, running.delivered.append)
        server = Server(twilio, listening, threads=4)
        twilio.start()
        server.start()
        yield running
        server.stop()
        twilio.stop()


def refused(simulation: Simulation, **parameters: object) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().messages.create(**{"to": PHONE, "from_": SENDER, "body": "hi", **parameters})
    return int(error.value.code or 0), error.value.status


def test_a_message_is_queued_delivered_and_found_again(simulation: Simulation) -> None:
    message = simulation.client().messages.create(to=PHONE, from_=SENDER, body="hello", validity_period=300)
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    assert (message.error_code, message.price, message.date_sent) == (None, None, None)
    assert message.date_created is not None
    assert simulation.delivered[-1].body == "hello"
    deadline = time.monotonic() + 5
    while (status := simulation.client().messages(message.sid).fetch().status) != "delivered":
        assert time.monotonic() < deadline, status
        time.sleep(0.05)


def test_the_account_is_the_same_in_every_run(simulation: Simulation) -> None:
    assert local_account("test") == simulation.account
    assert local_account("other").sid != simulation.account.sid
    assert simulation.account.auth_token not in repr(simulation.account)


def test_a_messaging_service_picks_its_sender(simulation: Simulation) -> None:
    service = simulation.account.messaging_service_sid
    message = simulation.client().messages.create(to=PHONE, messaging_service_sid=service, body="hi")
    assert (message.status, message.from_, message.messaging_service_sid) == ("accepted", None, service)
    assert simulation.delivered[-1].sender == SENDER


def test_an_alphanumeric_sender_reaches_hong_kong_and_not_the_united_states(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_="Backup", body="hi").from_ == "Backup"
    assert refused(simulation, to="+12065550100", from_="Backup") == (21612, 400)


def test_wrong_credentials_are_20003(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client("0" * 32).messages.create(to=PHONE, from_=SENDER, body="hi")
    assert (error.value.code, error.value.status) == (20003, 401)


def test_an_unknown_message_is_20404(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().messages("SM" + "0" * 32).fetch()
    assert (error.value.code, error.value.status) == (20404, 404)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
        ("+852", 21211),
        ("92153799", 21211),
        ("+120655501", 21211),
        ("nobody", 21211),
    ],
)
def test_receivers_that_cannot_be_reached(simulation: Simulation, number: str, code: int) -> None:
    assert refused(simulation, to=number) == (code, 400)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21212),
        ("+15005550007", 21606),
        ("+15005550008", 21611),
        ("+12065550100", 21659),
        ("123!", 21212),
    ],
)
def test_senders_that_may_not_send(simulation: Simulation, number: str, code: int) -> None:
    assert refused(simulation, from_=number) == (code, 400)


def test_the_magic_sender_sends(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_="+15005550006", body="hi").status == "queued"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": ""}, 21603),
        ({"to": ""}, 21604),
        ({"validity_period": 0}, 90007),
        ({"validity_period": 36001}, 90007),
        ({"status_callback": "not a url"}, 21609),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21705),
    ],
)
def test_requests_that_are_incomplete_or_out_of_range(
    simulation: Simulation, parameters: dict[str, object], code: int
) -> None:
    assert refused(simulation, **parameters) == (code, 400)


def test_a_body_of_1600_characters_is_sent(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_=SENDER, body="x" * 1600).num_segments == "11"


def test_a_misspelled_parameter_is_seen(simulation: Simulation) -> None:
    answer = simulation.client().request(
        "POST",
        f"https://api.twilio.com/2010-04-01/Accounts/{simulation.account.sid}/Messages.json",
        data={"To": PHONE, "From": SENDER, "Body": "hi", "StatusCallbak": "http://127.0.0.1/"},
    )
    assert answer.status_code == 400
    assert '"code": 20001' in answer.text


def test_status_callbacks_are_signed_as_twilio_signs(simulation: Simulation) -> None:
    told: list[tuple[str, dict[str, str], str]] = []
    both = threading.Event()

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            told.append(
                (self.path, {name: value[0] for name, value in form.items()}, self.headers["X-Twilio-Signature"])
            )
            self.send_response(204)
            self.end_headers()
            if len(told) == 2:
                both.set()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{listener.server_port}"
        message = simulation.client().messages.create(
            to=PHONE, from_=SENDER, body="hi", status_callback=f"{base}/hook?ref=a%2Bb"
        )
        assert both.wait(5)
        listener.shutdown()
    assert [form["MessageStatus"] for _, form, _ in told] == ["sent", "delivered"]
    validator: Any = RequestValidator(simulation.account.auth_token)  # type: ignore[no-untyped-call]  # has no types
    for path, form, signature in told:
        assert form["MessageSid"] == message.sid
        assert (form["To"], form["From"]) == (PHONE, SENDER)
        assert validator.validate(base + path, form, signature)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("你" * 70, 1),
        ("你" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 307, 3),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments.count(text) == count
