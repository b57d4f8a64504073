"""The sample backup service, and the commands and programs of docs/actions.md, against the real functions."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.processes import HOME
from infra.local.seed import DEMO_PHONE, DEMO_USER
from infra.local.seed import PASSWORD as DEMO_PASSWORD
from tests.people import Person
from tests.product import Answer, basic
from tests.running import Running, running

PAGE = (HOME / "docs" / "actions.md").read_text(encoding="utf-8")
needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="the page's commands need curl and jq"
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    with running() as stack:
        yield stack


@pytest.fixture
def demo(stack: Running) -> Person:
    """The user of the sample, who may get a message at once, and whose backup sets are all there."""
    phone = stack.admin("users.get", login_name=DEMO_USER)["phones"][0]["id"]
    person = Person(stack, DEMO_USER, DEMO_PASSWORD, "", None, [DEMO_PHONE], [phone])
    person.unlock()
    if person.item:
        person.end_cooldown()
    assert stack.call("POST", "/backup/sets/restore", {}).status == 200
    return person


def open_deletion(stack: Running, backup_set: str = "payroll", key: str = "") -> Answer:
    return stack.call(
        "POST", f"/backup/sets/{backup_set}/deletion", {}, headers={"Idempotency-Key": key or secrets.token_hex(8)}
    )


def approve(demo: Person, opened: Any) -> str:
    """Confirms with the passcode of the message; the access token."""
    demo.token = opened["mfa_token"]
    sent = demo.start()
    assert sent.status == 201, sent.text
    verified = demo.verify(demo.receive(sent.json["prefix"]).digits)
    assert verified.status == 200, verified.text
    return str(verified.json["token"])


def finish(stack: Running, opened: Any) -> Answer:
    return stack.call("POST", f"/backup/deletions/{opened['id']}/finish", {})


def names(stack: Running) -> set[str]:
    return {each["name"] for each in stack.call("GET", "/backup/sets").json["sets"]}


def test_the_service_deletes_only_what_it_has_redeemed_and_says_so_again(stack: Running, demo: Person) -> None:
    """Before the approval: nothing. After it: the set of this action, once; a repeated request changes nothing more."""
    key = secrets.token_hex(8)
    opened = open_deletion(stack, key=key).json
    assert open_deletion(stack, key=key).json["id"] == opened["id"]
    assert opened.keys() == {"id", "summary", "mfa_token", "expires_at", "phones", "channels", "set"}
    assert opened["summary"] == 'delete backup set "Payroll"'
    assert finish(stack, opened).code == "action_pending"
    assert stack.call("POST", "/backup/deletions/unknown/finish", {}).code == "action_not_found"
    approve(demo, opened)
    assert names(stack) == {"Payroll", "Customer database", "Mailboxes"}  # approved alone deletes nothing
    assert [finish(stack, opened).json["set"]["name"] for _ in range(2)] == ["Payroll", "Payroll"]
    assert names(stack) == {"Customer database", "Mailboxes"}
    assert open_deletion(stack).code == "set_not_found"


def test_a_deletion_that_somebody_else_redeemed_is_not_done(stack: Running, demo: Person) -> None:
    """The service's own client redeems the action past the service: the service sees that it was used."""
    opened = open_deletion(stack, "mailboxes").json
    approve(demo, opened)
    client = basic(stack.facts["client_id"], stack.facts["client_secret"])
    assert stack.call("POST", f"/v1/actions/{opened['id']}/redeem", headers=client).status == 200
    assert finish(stack, opened).code == "action_redeemed"
    assert "Mailboxes" in names(stack)


def test_other_sites_cannot_ask_for_a_deletion(stack: Running) -> None:
    """A form sends no JSON, and a script of another origin is not allowed to."""
    path = "/backup/sets/payroll/deletion"
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert stack.call("POST", path, b"{}", headers={"Content-Type": kind}).status == 415
    asked = stack.call("OPTIONS", path, headers={"Origin": "https://evil.example"})
    assert asked.status == 404 or "access-control-allow-origin" not in asked.headers


# --- docs/actions.md


def blocks(heading: str, language: str) -> list[str]:
    """The code blocks of a language below a heading of the page."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert section, heading
    return re.findall(rf"^```{language}\n(.*?)^```", section[1], re.DOTALL | re.MULTILINE)


def bash(stack: Running, folder: Path, script: str, **variables: str) -> str:
    """The output of the commands. They must all succeed."""
    script = script.replace("http://127.0.0.1:8080", stack.base_url)
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "api": stack.base_url, **variables}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_curl
def test_the_commands_of_a_server_end_in_the_one_redemption(stack: Running, demo: Person, tmp_path: Path) -> None:
    """The page's curl lines as they are. Its message is the one that the page shows."""
    (commands,) = blocks("a. Your server asks", "bash")
    redeemed = json.loads(bash(stack, tmp_path, commands))
    assert redeemed["status"] == "redeemed"
    assert (redeemed["login_name"], redeemed["params"], redeemed["amr"]) == (DEMO_USER, {"set": "Payroll"}, ["sms"])
    shown = re.search(r"^```\n(\d+) (confirms: .*)\n", PAGE, re.MULTILINE)
    assert shown
    message = stack.texts(DEMO_PHONE)[0].splitlines()[0]
    prefix = json.loads((tmp_path / "challenge.json").read_text())["prefix"]
    assert message.partition(" ")[2] == shown[2].replace("XYWD", prefix)


def test_the_program_of_a_server_deletes_what_was_confirmed(stack: Running, demo: Person) -> None:
    """Run as it stands, with a dictionary for the database."""
    (program,) = blocks("a. Your server asks", "python")
    known: dict[str, tuple[str, str]] = {}
    deleted: list[str] = []
    names: dict[str, Any] = {
        "API": stack.base_url,
        "CLIENT_ID": stack.facts["client_id"],
        "CLIENT_SECRET": stack.facts["client_secret"],
        "remember": lambda action, *what: known.update({action: what}),
        "recall": known.__getitem__,
        "delete": deleted.append,
    }
    exec(program, names)  # the page's own lines
    opened = names["open_deletion"](DEMO_USER, "Mailboxes", secrets.token_hex(4), "192.0.2.7")
    with pytest.raises(OSError, match="409"):
        names["finish_deletion"](opened["id"])
    approve(demo, opened)
    names["finish_deletion"](opened["id"])
    assert deleted == ["Mailboxes"]


@needs_curl
def test_the_commands_and_the_check_of_a_desktop_client(stack: Running, demo: Person, tmp_path: Path) -> None:
    """The user's own token opens the action, and the service accepts its token once, and for this deed only."""
    (declare,) = blocks("Declare the type", "bash")
    bash(stack, tmp_path, declare)
    demo.challenged()
    access = demo.verify().json["token"]
    demo.end_cooldown()
    (commands,) = blocks("b. A desktop client asks", "bash")
    token = bash(stack, tmp_path, commands, access=access).strip()
    used: set[str] = set()
    names: dict[str, Any] = {
        "ISSUER": stack.base_url,
        "AUDIENCE": stack.base_url,
        "first_use": lambda action: action not in used and not used.add(action),  # type: ignore[func-returns-value]
    }
    (program,) = blocks("b. A desktop client asks", "python")
    exec(program, names)  # the page's own lines
    check = names["check_deletion"]
    for user, backup_set in ((DEMO_USER, "Mailboxes"), ("somebody", "Payroll")):
        with pytest.raises(PermissionError, match="something else"):
            check(token, user, backup_set)
    with pytest.raises(jwt.MissingRequiredClaimError):
        check(access, DEMO_USER, "Payroll")
    check(token, DEMO_USER, "Payroll")
    with pytest.raises(PermissionError, match="used before"):
        check(token, DEMO_USER, "Payroll")
