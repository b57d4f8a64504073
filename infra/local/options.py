"""The settings of the local stack: environment variables, checked once. An empty value means not set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from infra.local.errors import StartError

DEFAULT_PORT = 8080
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Options:
    """The address that the stack listens at, and the outside services that it uses instead of its own."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT  # 0: any free port
    public_url: str | None = None
    cors_origins: str = ""
    dynamodb_url: str | None = None
    twilio_url: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_phone_number: str | None = None
    sms_voice_url: str | None = None
    workers: int = 2
    log_level: str | None = None

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Options:
        """Read the settings. Raises `StartError` that names the wrong one.

        `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` and `TWILIO_PHONE_NUMBER` of a real account count only together with
        `TWILIO_API_URL`, because the simulated Twilio has an account of its own.
        """
        twilio_url = _url(env, "TWILIO_API_URL")
        outside = env if twilio_url else {}
        return cls(
            host=env.get("HOST", "").strip() or "127.0.0.1",
            port=_number(env, "PORT", DEFAULT_PORT, 0, 65535),
            public_url=_url(env, "PUBLIC_URL"),
            cors_origins=env.get("CORS_ORIGINS", "").strip(),
            dynamodb_url=_url(env, "AWS_ENDPOINT_URL_DYNAMODB"),
            twilio_url=twilio_url,
            twilio_account_sid=_fitting(outside, "TWILIO_ACCOUNT_SID", r"AC[0-9a-f]{32}", "AC and 32 hex digits"),
            twilio_auth_token=_fitting(outside, "TWILIO_AUTH_TOKEN", r"[0-9a-f]{32}", "32 hex digits", secret=True),
            twilio_phone_number=_fitting(outside, "TWILIO_PHONE_NUMBER", r"\+[1-9][0-9]{6,14}", "like +12065550100"),
            sms_voice_url=_url(env, "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"),
            workers=_number(env, "WORKERS_PER_FUNCTION", 2, 1, 32),
            log_level=_fitting(env, "POWERTOOLS_LOG_LEVEL", "|".join(LOG_LEVELS), "one of " + ", ".join(LOG_LEVELS)),
        )


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise StartError(f"{name} must be a number from {low} to {high}, not {text!r}")
    return int(text)


def _fitting(env: Mapping[str, str], name: str, pattern: str, words: str, *, secret: bool = False) -> str | None:
    text = env.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(pattern, text):
        raise StartError(f"{name} must be {words}" + ("" if secret else f", not {text!r}"))
    return text


def _url(env: Mapping[str, str], name: str) -> str | None:
    text = env.get(name, "").strip().rstrip("/")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number, or an IPv6 address lacks its bracket
        usable = False
    if not usable or parts.query or parts.fragment or any(c.isspace() for c in text):
        raise StartError(f"{name} must be an http or https URL, not {text!r}")
    return text
