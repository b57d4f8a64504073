"""Twilio's error bodies."""

from __future__ import annotations


class TwilioError(Exception):
    """An answer other than success: Twilio's code, its words, and the HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_authenticated() -> TwilioError:
    return TwilioError(20003, "Authenticate", 401)


def not_found(path: str) -> TwilioError:
    return TwilioError(20404, f"The requested resource {path} was not found", 404)


def unknown_parameter(name: str) -> TwilioError:
    """The real API ignores what it does not know; a misspelled parameter should be seen here."""
    return TwilioError(20001, f"Unknown parameter: {name}")
