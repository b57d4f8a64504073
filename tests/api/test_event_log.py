"""The log over HTTP: every deed of an administrator is in it, and no secret."""

import json

from tests.api import administrators
from tests.api.stack import Stack

CANARY = "canary-7Q2x-password"


def test_the_log_tells_old_and_new_values_and_no_secret(stack: Stack) -> None:
    admin = administrators.new(stack)
    name, number = stack.name(), stack.number()
    assert admin.ask("POST", "/users", {"login_name": name, "password": CANARY}).status == 201
    assert admin.ask("POST", f"/users/{name}/phones", {"number": number}).status == 201
    assert admin.ask("PATCH", f"/users/{name}", {"password": f"{CANARY}-2", "alias": "Ada"}).status == 200
    made = admin.ask("POST", "/clients", {"name": "Canary", "legacy": False}).json
    rotated = admin.ask("POST", f"/clients/{made['client_id']}/rotate", {}).json
    with stack.with_settings(signature="Acme"):
        pass

    exported = admin.ask("GET", "/events/export", format="jsonl", actor=admin.name)
    lines = [json.loads(line) for line in exported.json["text"].splitlines()]
    types = [line["type"] for line in lines]
    assert {"user_created", "phone_added", "user_changed", "client_created", "client_rotated"} <= set(types)
    changed = next(line for line in lines if line["type"] == "user_changed")
    assert changed["changes"] == {"alias": {"old": None, "new": "Ada"}}
    assert changed["detail"]["changed"] == ["alias", "password"]
    text = exported.text + admin.ask("GET", "/events/export", actor=admin.name).text
    for secret in (CANARY, number, made["client_secret"], rotated["client_secret"]):
        assert secret not in text
    settings = admin.ask("GET", "/events", type="settings_changed", actor="iam", limit="5").json["items"]
    assert {"old": "Your backup service provider", "new": "Acme"} in [
        line["changes"].get("signature") for line in settings
    ]
