"""Metrics: valid lines, every metric as listed, and no label that grows with the number of users."""

import json
from typing import Any

import pytest

from mfa import instrumented, vendor_errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.twilio_callbacks import STATUSES
from mfa.errors import SettingsIncomplete, SmsUnavailable
from mfa.instrumented import MeteredMessenger, MeteredProvider, known_error
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.metrics import METRICS, SLOW, TOLD, Metrics
from mfa.vendor_errors import OTHER, VENDOR_ERRORS
from tests.emf import MAX_VALUES, Datum, data


class Book:
    """A metrics recorder with a clock that jumps by 12.5 ms, and the lines it wrote."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        ticks = iter(range(1000))
        self.metrics = Metrics(
            lambda: "mfa/mfa", lambda: 1_790_000_000.123, lambda: next(ticks) * 0.0125, self.lines.append
        )

    def data(self) -> list[list[Datum]]:
        return [data(line) for line in self.lines]


FOR_OPERATORS = {"incidents", "incidents_of_an_hour", "slowness"}


def labels_of(name: str) -> dict[str, str]:
    return {label: f"a-{label}" for each in METRICS[name].dimensions for label in each}


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_published_as_listed(name: str) -> None:
    book = Book()
    book.metrics.count(name, 2, **labels_of(name))
    book.metrics.flush(function_request_id="r")
    [[datum, *told]] = book.data()
    assert {each.name for each in told} <= FOR_OPERATORS
    assert (datum.namespace, datum.name, datum.unit, datum.values) == ("mfa/mfa", name, METRICS[name].unit, (2,))
    assert tuple(tuple(label for label, _ in each) for each in datum.dimensions) == METRICS[name].dimensions
    assert json.loads(book.lines[0])["function_request_id"] == "r"


def test_all_metrics_fit_into_one_line() -> None:
    book = Book()
    without = {key[0] for key in (*TOLD, *SLOW)}
    for name in METRICS.keys() - without:
        book.metrics.count(name, 1, **labels_of(name))
    book.metrics.flush()
    [line] = book.data()
    assert {datum.name for datum in line} == METRICS.keys() - without


def test_repeated_counts_share_a_line_and_different_labels_do_not() -> None:
    book = Book()
    book.metrics.count("approvals", region="HK")
    book.metrics.count("approvals", region="HK")
    book.metrics.count("approvals", region="DE")
    book.metrics.count("logins")
    book.metrics.flush()
    first, second = book.data()
    assert [(datum.name, datum.values) for datum in first] == [("approvals", (1, 1)), ("logins", (1,))]
    assert [(datum.name, datum.values, datum.labels) for datum in second] == [("approvals", (1,), {"region": "DE"})]


def test_a_call_without_counts_writes_nothing_and_calls_do_not_mix() -> None:
    book = Book()

    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        for name in event["counts"]:
            book.metrics.count(name, 1)
        if event.get("breaks"):
            raise RuntimeError
        return {}

    call = book.metrics.flushed(handler)
    call({"counts": []}, None)
    assert book.lines == []
    call({"counts": ["logins"]}, None)
    with pytest.raises(RuntimeError):
        call({"counts": ["wrong_codes"], "breaks": True}, None)
    assert [[datum.name for datum in line] for line in book.data()] == [["logins"], ["wrong_codes"]]


def test_a_latency_is_measured_in_milliseconds_even_after_an_error() -> None:
    book = Book()
    with book.metrics.timing("aws_ms"):
        pass
    with pytest.raises(KeyError), book.metrics.timing("latency", operation="startChallenge"):
        raise KeyError
    book.metrics.flush()
    assert [(datum.name, datum.values) for datum in book.data()[0]] == [("aws_ms", (12.5,)), ("latency", (12.5,))]


@pytest.mark.parametrize(("name", "label"), [each[0:2] if each[1:] else (*each, "") for each in TOLD])
def test_an_incident_is_counted_beside_what_it_is_made_of(name: str, label: str) -> None:
    told = TOLD[(name, label) if label else (name,)]
    book = Book()
    book.metrics.count(name, 1, **dict.fromkeys(labels_of(name), label))
    book.metrics.flush()
    [[counted, incident]] = book.data()
    assert (counted.name, counted.values) == (name, (1,))
    assert (incident.name, incident.labels, incident.values) == (told.metric, {"incident": told.name}, (told.part,))


@pytest.mark.parametrize("code", vendor_errors.metrics() - {code for _, code in filter(lambda key: key[1:], TOLD)})
def test_an_operator_is_told_of_no_other_error(code: str) -> None:
    book = Book()
    book.metrics.count("send_failures", 1, error=code)
    book.metrics.flush()
    assert [datum.name for line in book.data() for datum in line] == ["send_failures"]


@pytest.mark.parametrize(("key", "step"), SLOW.items())
def test_a_slow_call_weighs_as_much_as_ninety_nine_others(key: tuple[str, ...], step: tuple[str, int]) -> None:
    book = Book()
    name, most = step
    for milliseconds in (most, most + 1):
        book.metrics.count(key[0], milliseconds, **dict.fromkeys(labels_of(key[0]), key[-1]))
    book.metrics.flush()
    [line] = book.data()
    assert [(datum.labels, datum.values) for datum in line if datum.name == "slowness"] == [({"step": name}, (-1, 99))]


def test_metrics_of_the_same_labels_share_a_directive() -> None:
    book = Book()
    for name in ("logins", "locks", "approvals"):
        book.metrics.count(name, 1, **labels_of(name))
    book.metrics.flush()
    directives = json.loads(book.lines[0])["_aws"]["CloudWatchMetrics"]
    assert [[each["Name"] for each in directive["Metrics"]] for directive in directives] == [
        ["logins", "locks"],
        ["incidents"],
        ["approvals"],
    ]


@pytest.mark.parametrize("labels", [{}, {"region": "HK", "login_name": "demo.user"}, {"channel": "sms"}])
def test_a_metric_accepts_only_its_own_dimensions(labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="approvals"):
        Book().metrics.count("approvals", 1, **labels)


def test_an_unlisted_metric_cannot_be_counted() -> None:
    with pytest.raises(KeyError):
        Book().metrics.count("surprises")


def test_one_call_stays_within_the_limits_of_the_format() -> None:
    """A recovery tells up to five phones; nothing else repeats."""
    book = Book()
    for _ in range(MAX_VALUES):
        book.metrics.count("locks")
    book.metrics.flush()
    assert len(book.data()[0][0].values) == MAX_VALUES


def test_known_errors_are_counted_by_code_and_all_others_together() -> None:
    assert len(vendor_errors.metrics()) < 75, "each is a metric that AWS charges for"
    assert {known_error(code) for code in VENDOR_ERRORS} | {OTHER} == vendor_errors.metrics()
    calls = {status for status, delivery in STATUSES.items() if delivery.is_refused} - {"undelivered"}
    assert {known_error(status) for status in calls} == calls, "a call is refused by its status"
    assert {known_error(code) for code in ("20003", "20005", "10001")} == {"20003"}, "one alarm tells of all three"
    assert known_error("30007") == "30007", "an alarm is set on it"
    assert {known_error(code) for code in ("30034", "30032")} == {"sender_registration"}, "an alarm is set on it"
    assert {known_error(code) for code in ("30450", "30453")} == {"sms_pumping"}, "an alarm is set on it"
    assert {"paused", "no_answer", "ses"} <= vendor_errors.metrics(), "counted under these names without a code"
    for given in ("99999", "", "unknown", "+85291234567", "20003 ", "x" * 5000):
        assert known_error(given) == OTHER


class Phone:
    """A messenger, or a provider, with a given outcome."""

    def __init__(self, outcome: Outcome, refusal: Exception | None = None) -> None:
        self.outcome = outcome
        self.refusal = refusal

    def check(self, channel: Channel, _place: object = None, *, verified: bool = True) -> None:
        if self.refusal:
            raise self.refusal

    def send(self, outgoing: Outgoing, _route: object = None) -> Outcome:
        return self.outcome

    send_apart = send


OUTGOING = Outgoing(channel=Channel.SMS, address="+85292153799", body="581883", valid_seconds=60)


@pytest.mark.parametrize(
    ("outcome", "errors"),
    [
        (Outcome(Delivery.QUEUED), []),
        (Outcome(Delivery.UNKNOWN), ["no_answer"]),
        (Outcome(Delivery.FAILED, "20003", SmsUnavailable()), ["20003"]),
        (Outcome(Delivery.FAILED, "12345", SmsUnavailable()), ["other"]),
        (Outcome(Delivery.FAILED, "sms_unavailable", SmsUnavailable()), ["paused"]),
        (Outcome(Delivery.FAILED, "settings_incomplete", SettingsIncomplete()), ["settings_incomplete"]),
        (Outcome(Delivery.FAILED, "sending_off", SmsUnavailable()), ["sending_off"]),
    ],
)
def test_a_send_is_measured_and_its_failure_counted(outcome: Outcome, errors: list[str]) -> None:
    book = Book()
    provider: Any = MeteredProvider(Phone(outcome), book.metrics, "twilio_ms")
    assert MeteredMessenger(provider, book.metrics).send(OUTGOING) is outcome
    book.metrics.flush()
    found = {datum.name: datum for line in book.data() for datum in line if datum.name not in FOR_OPERATORS}
    assert found["twilio_ms"].values == (12.5,)
    assert (
        [found["send_failures"].labels["error"]] * ("send_failures" in found) == errors if errors else len(found) == 1
    )


def test_a_pause_is_counted_and_still_refuses() -> None:
    book = Book()
    with pytest.raises(SmsUnavailable):
        MeteredMessenger(Phone(Outcome(Delivery.QUEUED), SmsUnavailable()), book.metrics).check(
            Channel.SMS, "HK", verified=True
        )
    book.metrics.flush()
    assert [(datum.name, datum.labels) for datum in book.data()[0]] == [("send_failures", {"error": "paused"})]


def test_metered_classes_have_the_same_methods_as_their_protocols() -> None:
    """A metered class has the same methods as its protocol, so no call is lost."""
    from mfa.delivery.providers import Provider
    from mfa.flows import ports

    pairs: list[tuple[type, type]] = [
        (instrumented.MeteredSends, ports.Sends),
        (instrumented.MeteredMessenger, ports.Messenger),
        (instrumented.MeteredProvider, Provider),
        (instrumented.MeteredMailer, ports.Mailer),
        (instrumented.MeteredAttempts, ports.Attempts),
    ]
    for metered, protocol in pairs:
        names = {name for name in vars(metered) if not name.startswith("_")}
        assert names == {name for part in protocol.__mro__ for name in vars(part) if not name.startswith("_")}
