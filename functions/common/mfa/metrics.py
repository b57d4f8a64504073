"""Metrics of a call, written as one line in CloudWatch's embedded metric format.

METRICS lists all of them. Nothing else can be counted, and alarms may use nothing else. A dimension has few values, and none
of them names a person: channels, regions, our own error codes, registered clients.
"""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from msgspec import Struct

type Unit = Literal["Count", "Milliseconds", "Percent", "None"]
type Labels = dict[str, str]


class Metric(Struct, frozen=True):
    """A metric: its unit and its labels. Each label has one series per value; `()` is the total."""

    unit: Unit = "Count"
    dimensions: tuple[tuple[str, ...], ...] = ((),)


_LATENCY = Metric("Milliseconds")
METRICS = {
    # The first factor.
    "logins": Metric(),
    "wrong_passwords": Metric(),
    "legacy_skips": Metric(),
    # Passwords that users changed; links for forgotten ones that were asked for, and those that led to another password.
    "password_changes": Metric(),
    "trusted_device_logins": Metric(),
    "password_resets_asked": Metric(),
    "password_resets": Metric(),
    # Passcodes. `unconfirmed_sends` rises with a send and falls with an approval.
    "sends": Metric(dimensions=((), ("channel",), ("region",))),
    "unconfirmed_sends": Metric(dimensions=((), ("region",))),
    "message_segments": Metric(dimensions=((), ("region",))),
    # The estimated cost of messages, in USD.
    "cost_usd": Metric("None", ((), ("region",))),
    "approvals": Metric(dimensions=((), ("region",))),
    # Approvals by codes that no message brought, and logins with a code that an administrator issued.
    "factor_approvals": Metric(dimensions=(("factor",),)),
    "temporary_codes_used": Metric(),
    "wrong_codes": Metric(),
    "locks": Metric(),
    # Actions: opened, approved, denied ("that was not me"), redeemed.
    "actions": Metric(),
    "action_approvals": Metric(),
    "action_denials": Metric(),
    "action_redemptions": Metric(),
    # Messages that were not sent, by the metric of `vendor_errors`; sends that a budget refused; each send's share of a budget.
    "send_failures": Metric(dimensions=(("error",),)),
    "budget_refusals": Metric(dimensions=(("budget",),)),
    "global_budget_share": Metric("Percent"),
    "spend_share": Metric("Percent"),
    # Users who were invited to set up a second factor; invitations that were opened; logins that may set one up.
    "invitations": Metric(),
    "enrolments_at_login": Metric(),
    "enrolments_opened": Metric(),
    # Messages that tell users of changes to their accounts, links that are mailed, and those that were not sent.
    "notices": Metric(dimensions=(("channel",),)),
    "notice_failures": Metric(dimensions=(("reason",),)),
    # Messages that arrived and of which AWS was not told so.
    "feedback_failures": Metric(dimensions=(("reason",),)),
    # Temporary access codes that administrators issued.
    "temporary_codes": Metric(),
    # Every refusal by its code, and how long operations and their steps take.
    "refusals": Metric(dimensions=(("code",),)),
    "latency": Metric("Milliseconds", (("operation",),)),
    "claim_send_ms": _LATENCY,
    "twilio_ms": _LATENCY,
    "aws_ms": _LATENCY,
    "email_ms": _LATENCY,
    "record_send_ms": _LATENCY,
    "claim_attempt_ms": _LATENCY,
    "confirm_ms": _LATENCY,
    # What an operator is told of (TOLD and SLOW), each under its name in docs/runbook.md: an alarm watches all of one metric.
    "incidents": Metric("None", (("incident",),)),
    "incidents_of_an_hour": Metric("None", (("incident",),)),
    # For each of SLOW: a slow call adds 99 and another takes 1 away, so that it rises if more than one in a hundred is slow.
    "slowness": Metric("None", (("step",),)),
}

# An operator is told of an incident when these parts of it add up to a whole: within five minutes, or within an hour.
WHOLE = 1000


class Incident(Struct, frozen=True):
    """An incident, and which part of a whole one occurrence is."""

    name: str
    part: int = WHOLE
    metric: Literal["incidents", "incidents_of_an_hour"] = "incidents"


# By the metric and the value of its label, if it has one.
TOLD = {
    ("send_failures", "20003"): Incident("TwilioRefusesCredentials"),
    ("send_failures", "aws_account"): Incident("AwsRefusesAccount"),
    ("send_failures", "sending_off"): Incident("SendingStopped"),
    ("send_failures", "no_answer"): Incident("TwilioDoesNotAnswer", 200),
    ("send_failures", "unreachable"): Incident("TwilioDoesNotAnswer", 200),
    ("send_failures", "30007"): Incident("CarriersFilter", 334, "incidents_of_an_hour"),
    ("send_failures", "sender_registration"): Incident("SenderNotRegistered", WHOLE, "incidents_of_an_hour"),
    ("send_failures", "sms_pumping"): Incident("SmsPumping", 334, "incidents_of_an_hour"),
    ("notice_failures", "not_handed_over"): Incident("NoticesLost", WHOLE, "incidents_of_an_hour"),
    ("budget_refusals", "global"): Incident("BudgetSpent"),
    ("budget_refusals", "region"): Incident("BudgetSpent"),
    ("budget_refusals", "spend"): Incident("BudgetSpent"),
    # Twenty in a quarter of an hour are seven in one of its thirds.
    ("locks",): Incident("LockSpike", 143),
    # A thousand in a quarter of an hour are 334 in one of its thirds.
    ("wrong_passwords",): Incident("WrongPasswordSpike", 3),
    ("legacy_skips",): Incident("LegacySkip", WHOLE, "incidents_of_an_hour"),
    ("temporary_codes",): Incident("TemporaryCode"),
    ("action_denials",): Incident("ActionDenied"),
    ("temporary_codes_used",): Incident("TemporaryCodeUsed"),
}
# The steps whose slow calls are counted, and the milliseconds above which a call is slow.
SLOW = {
    ("latency", "login"): ("SlowLogins", 3000),
    ("latency", "verifyChallenge"): ("SlowVerifications", 2000),
    ("twilio_ms",): ("SlowSends", 5000),
}


class Metrics:
    """Collects counts and durations during a call and writes them when it ends."""

    def __init__(
        self,
        namespace: Callable[[], str],
        clock: Callable[[], float],
        timer: Callable[[], float],
        write: Callable[[str], None] = print,
    ) -> None:
        """`clock` gives the seconds since 1970; `timer` gives seconds from any moment, to measure durations."""
        self._namespace = namespace
        self._clock = clock
        self._timer = timer
        self._write = write
        self._kept: list[tuple[Labels, dict[str, list[float]]]] = []

    def count(self, name: str, value: float = 1, /, **labels: str) -> None:
        """Counts something; the labels are the metric's dimensions."""
        if labels.keys() != {label for each in METRICS[name].dimensions for label in each}:
            raise ValueError(f"{name} has other dimensions than {sorted(labels)}")
        self._keep(name, value, labels)
        if told := TOLD.get((name, *labels.values())):
            self._keep(told.metric, told.part * value, {"incident": told.name})
        if slow := SLOW.get((name, *labels.values())):
            step, most = slow
            self._keep("slowness", 99 if value > most else -1, {"step": step})

    def _keep(self, name: str, value: float, labels: Labels) -> None:
        for known, values in self._kept:
            # A line has one value a label.
            if all(known.get(label, value) == value for label, value in labels.items()):
                known.update(labels)
                values.setdefault(name, []).append(value)
                return
        self._kept.append((dict(labels), {name: [value]}))

    @contextmanager
    def timing(self, name: str, **labels: str) -> Iterator[None]:
        """Measures, in milliseconds, how long something takes, however it ends."""
        began = self._timer()
        try:
            yield
        finally:
            self.count(name, round((self._timer() - began) * 1000, 3), **labels)

    def flushed[Context](
        self, handler: Callable[[dict[str, Any], Context], dict[str, Any]]
    ) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
        """Wraps a handler so that the metrics are written after each call."""

        @functools.wraps(handler)
        def call(event: dict[str, Any], context: Context) -> dict[str, Any]:
            try:
                return handler(event, context)
            finally:
                self.flush(function_request_id=getattr(context, "aws_request_id", ""))

        return call

    def flush(self, **properties: str) -> None:
        """Writes the metrics. One line is enough unless a metric has two values of one label."""
        kept, self._kept = self._kept, []
        for labels, values in kept:
            # Those of the same labels share a directive, because every byte of a log is paid for.
            alike: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = {}
            for name in values:
                metric = METRICS[name]
                alike.setdefault(metric.dimensions, []).append({"Name": name, "Unit": metric.unit})
            directives = [
                {"Namespace": self._namespace(), "Dimensions": dimensions, "Metrics": metrics}
                for dimensions, metrics in alike.items()
            ]
            about = {"Timestamp": round(self._clock() * 1000), "CloudWatchMetrics": directives}
            given = {name: each[0] if len(each) == 1 else each for name, each in values.items()}
            self._write(json.dumps({"_aws": about, **properties, **labels, **given}, separators=(",", ":")))
