"""Nobody shuts an administrator out without being told: by HTTP, by direct invocation and by an import."""

import pytest

from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import Refused


def prove_phone(admin: Administrator) -> str:
    """Adds a verified phone by a test of the settings; its id."""
    number = admin.stack.number()
    test = admin.ask("POST", "/settings/test", {"phone": number}).json["id"]
    code = people.digits(admin.stack.texts(number)[0])
    assert admin.ask("POST", f"/settings/test/{test}/verify", {"code": code}).status == 200
    return str(admin.user(admin.name).json["phones"][-1]["id"])


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def test_own_mfa_is_turned_on_only_with_a_verified_phone(stack: Stack, admin: Administrator) -> None:
    path = f"/users/{admin.name}"
    stack.admin("phones.add", login_name=admin.name, number=stack.number())
    refused = admin.ask("PATCH", path, {"mfa_enabled": True, "alias": "Ada"})
    assert (refused.code, refused.status) == ("conflict", 409)
    assert "verify a phone" in refused.json["detail"]
    assert "Test" in refused.json["detail"]
    assert "insist" in refused.json["detail"]
    # The session goes on, and nothing is half-saved.
    user = admin.user(admin.name).json
    assert (user["mfa_enabled"], user["alias"]) == (False, None)
    prove_phone(admin)
    assert admin.ask("PATCH", path, {"mfa_enabled": True}).json["mfa_enabled"] is True


def test_who_insists_turns_own_mfa_on_without_a_phone(admin: Administrator) -> None:
    answer = admin.ask("PATCH", f"/users/{admin.name}", {"mfa_enabled": True, "insist": True})
    assert answer.json["mfa_enabled"] is True
    assert "insist" not in answer.json


def test_the_own_last_verified_phone_is_kept_while_mfa_is_on(stack: Stack) -> None:
    admin = administrators.new(stack, mfa=True)
    stack.admin("phones.add", login_name=admin.name, number=stack.number())
    path = f"/users/{admin.name}/phones/{admin.person.phones[0]}"
    refused = admin.ask("DELETE", path)
    assert refused.code == "conflict"
    assert "could not log in any more" in refused.json["detail"]
    assert admin.ask("GET", "/session").status == 200
    assert admin.ask("DELETE", path, insist="true").status == 204


def test_a_direct_invocation_shuts_an_administrator_out_only_if_it_insists(stack: Stack) -> None:
    person = people.add(stack, kind="system", mfa=False, phones=0)
    with pytest.raises(Refused, match="conflict"):
        stack.admin("users.patch", login_name=person.name, mfa_enabled=True)
    person.add_phone(stack.number())
    assert stack.admin("users.patch", login_name=person.name, mfa_enabled=True)["mfa_enabled"] is True
    with pytest.raises(Refused, match="conflict"):
        stack.admin("phones.remove", login_name=person.name, id=person.phones[0])
    assert stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True) == {}


def test_the_last_phone_of_a_backup_user_with_mfa_is_removed_only_by_who_insists(
    stack: Stack, admin: Administrator
) -> None:
    one, other = people.add(stack, mfa=False, phones=0), people.add(stack)
    # MFA may be turned on before the phone is added.
    assert admin.ask("PATCH", f"/users/{one.name}", {"mfa_enabled": True}).status == 200
    path = f"/users/{other.name}/phones/{other.phones[0]}"
    refused = admin.ask("DELETE", path)
    assert (refused.code, refused.status) == ("conflict", 409)
    assert "This user could not log in any more" in refused.json["detail"]
    with pytest.raises(Refused, match="conflict"):
        stack.admin("phones.remove", login_name=other.name, id=other.phones[0])
    assert admin.ask("DELETE", path, insist="true").status == 204


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"kind": "backup"}])
def test_nobody_disables_or_demotes_themselves(stack: Stack, admin: Administrator, change: dict[str, str]) -> None:
    assert admin.ask("PATCH", f"/users/{admin.name}", change).code == "forbidden"
    assert admin.ask("GET", "/session").status == 200
    another = administrators.new(stack)
    assert another.ask("PATCH", f"/users/{admin.name}", change).status == 200


@pytest.mark.parametrize("cells", ["mfa_enabled\n{},true", "status\n{},disabled", "kind\n{},backup"])
def test_an_import_shuts_nobody_out_who_runs_it(admin: Administrator, cells: str) -> None:
    text = f"login_name,{cells.format(admin.name)}\n"
    report = admin.ask("POST", "/users/import", {"csv": text, "dry_run": False}).json
    assert [error["line"] for error in report["errors"]] == [2]
    assert "shut you out" in report["errors"][0]["message"]
    assert admin.ask("GET", "/session").status == 200


def imported(admin: Administrator, text: str) -> tuple[list[str], dict[str, int]]:
    """The messages of the refused lines, and how many were written."""
    report = admin.ask("POST", "/users/import", {"csv": text, "dry_run": False}).json
    return [error["message"] for error in report["errors"]], {n: report[n] for n in ("created", "updated", "unchanged")}


def test_an_import_shuts_no_other_administrator_out(stack: Stack, admin: Administrator) -> None:
    bare, ready = (people.add(stack, kind="system", mfa=False, phones=phones) for phones in (0, 1))
    promoted, backup = (people.add(stack, mfa=False, phones=0) for _ in range(2))
    lines = [f"{each.name},,true," for each in (bare, ready, backup)] + [f"{promoted.name},system,true,"]
    head = "login_name,kind,mfa_enabled,phones\n"
    messages, written = imported(admin, head + "\n".join(lines))
    assert [message.startswith("would shut this administrator out") for message in messages] == [True, True]
    assert written["updated"] == 2
    assert [admin.user(each.name).json["mfa_enabled"] for each in (bare, ready, backup)] == [False, True, True]
    assert admin.user(promoted.name).json["kind"] == "backup"
    # With a phone in the same line they could log in.
    lines = [f"{bare.name},,true,{stack.number()}", f"{promoted.name},system,true,{stack.number()}"]
    assert imported(admin, head + "\n".join(lines))[1]["updated"] == 2
    assert admin.user(bare.name).json["mfa_enabled"] is True
    # For oneself a phone counts once it is verified, and no phone of a refused line is added.
    messages, _ = imported(admin, f"{head}{admin.name},,true,{stack.number()}")
    assert "would shut you out" in messages[0]
    assert admin.user(admin.name).json["phones"] == []


@pytest.mark.parametrize("direct", [True, False])
def test_settings_that_leave_administrators_without_a_phone_are_saved_only_by_who_insists(
    stack: Stack, direct: bool
) -> None:
    admin = administrators.new(stack, mfa=True)
    patch = {"regions": {"allow": ["GB"]}}

    def save(**more: bool) -> str:
        """The refusal's words, or none."""
        if not direct:
            tag = admin.ask("GET", "/settings").headers["etag"]
            return str(admin.ask("PATCH", "/settings", {**patch, **more}, if_match=tag).json.get("detail", ""))
        try:
            stack.admin("settings.patch", **patch, **more)
        except Refused as refusal:
            return str(refusal.problem["detail"])
        return ""

    refused = save()
    assert f"would shut out {admin.name}:" in refused
    assert "insist" in refused
    assert admin.ask("GET", "/settings").json["regions"]["allow"] == "*"
    assert save(insist=True) == ""
    assert admin.ask("GET", "/settings").json["regions"]["allow"] == ["GB"]
    stack.admin("settings.patch", regions=None)
    # A backup user is not judged: nobody could read a hundred thousand of them for it.
    stack.admin("users.delete", login_name=admin.name)
    people.add(stack)
    stack.admin("settings.patch", **patch)
    stack.admin("settings.patch", regions=None)


def shut_out(admin: Administrator, **settings: object) -> dict[str, str]:
    answer = admin.ask("POST", "/settings/preview", {"settings": settings})
    assert answer.status == 200, answer.text
    return {each["login_name"]: each["reason"] for each in answer.json["shut_out"]}


def test_the_preview_of_settings_names_whom_they_shut_out(stack: Stack, admin: Administrator) -> None:
    safe = administrators.new(stack, mfa=True)
    disabled = people.add(stack, kind="system", mfa=False, phones=0, status="disabled")
    backup = people.add(stack, mfa=False, phones=0)
    helpless = people.add(stack, kind="system", phones=0)
    before = admin.ask("GET", "/settings").json
    required = shut_out(safe, require_mfa_for_system_users=True)
    assert required[admin.name] == "mfa_off"
    assert not {safe.name, disabled.name, backup.name, helpless.name} & required.keys()
    abroad = shut_out(safe, regions={"allow": ["GB"]})
    assert abroad[safe.name] == "no_phone"
    assert not {admin.name, helpless.name} & abroad.keys()
    elsewhere = [{"provider": "aws", "sender": {"alphanumeric": "Acme"}, "regions": ["GB"]}]
    assert shut_out(safe, routes=elsewhere) == abroad
    by_aws = [{"provider": "aws", "sender": {"alphanumeric": "Acme"}}]
    by_twilio = {"provider": "twilio", "sender": {"alphanumeric": "Acme"}}
    with stack.with_settings(routes=[*by_aws, by_twilio]):
        for switch, reason in (("on", None), ("off", "no_phone")):
            with stack.at(AWS_MESSAGES=switch):
                assert shut_out(safe, routes=by_aws).get(safe.name) == reason
    assert shut_out(safe, signature="Other words", regions={"allow": "*"}) == {}
    assert admin.ask("GET", "/settings").json == before


def test_settings_that_cannot_be_saved_have_no_preview(admin: Administrator) -> None:
    answer = admin.ask("POST", "/settings/preview", {"settings": {"passcode_length": 99}})
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "passcode_length")
