"""The errors of AWS End User Messaging, in the shapes of its model. AWS documents their members, not their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_NAMESPACE = "com.amazonaws.pinpointsmsvoicev2"


class SmsVoiceError(Exception):
    """An error answer: the exception's name, its members, and the HTTP status."""

    def __init__(self, name: str, message: str, members: Mapping[str, object] | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.name = name
        self.status = status
        self._members = {"Message": message, **(members or {})}

    def body(self) -> dict[str, object]:
        return {"__type": f"{_NAMESPACE}#{self.name}", **self._members}


def invalid(reason: str, fields: Sequence[tuple[str, str]]) -> SmsVoiceError:
    """A parameter is wrong. `fields` are names and explanations."""
    words = "; ".join(f"{name}: {problem}" for name, problem in fields)
    members = {"Reason": reason, "Fields": [{"Name": name, "Message": problem} for name, problem in fields]}
    return SmsVoiceError("ValidationException", f'Validation Failed - Reason="{reason}" Fields="{words}"', members)


def conflict(reason: str, resource_type: str = "", resource_id: str = "") -> SmsVoiceError:
    """The account's resources, or the receiver's wish, do not permit the message."""
    return SmsVoiceError(
        "ConflictException",
        f'Conflict Occurred - Reason="{reason}" ResourceType="{resource_type}" ResourceId="{resource_id}"',
        {"Reason": reason} | _resource(resource_type, resource_id),
    )


def not_found(resource_type: str, resource_id: str) -> SmsVoiceError:
    """The account has no such resource."""
    return SmsVoiceError(
        "ResourceNotFoundException",
        f'Resource not found - ResourceType="{resource_type}" ResourceId="{resource_id}"',
        _resource(resource_type, resource_id),
    )


def internal(request_id: str, status: int = 500) -> SmsVoiceError:
    return SmsVoiceError("InternalServerException", "Internal server error", {"RequestId": request_id}, status)


def front(name: str, message: str, status: int = 400) -> SmsVoiceError:
    """An error that AWS gives before the service sees the request: no operation, no signature, no JSON."""
    return SmsVoiceError(name, message, status=status)


def made(name: str, reason: str, message: str, request_id: str, status: int | None = None) -> SmsVoiceError:
    """The error that a fault asks for."""
    members: dict[str, object] = {"Reason": reason} if reason else {}
    if name == "ValidationException":
        members["Fields"] = []
    if name == "InternalServerException":
        members["RequestId"] = request_id
    usual = 500 if name == "InternalServerException" else 400
    return SmsVoiceError(name, message or f'{name} - Reason="{reason}"', members, status or usual)


def _resource(resource_type: str, resource_id: str) -> dict[str, object]:
    named = {"ResourceType": resource_type, "ResourceId": resource_id}
    return {name: value for name, value in named.items() if value}
