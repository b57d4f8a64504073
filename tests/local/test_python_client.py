"""The wheel in an empty environment logs in at the local stack: from a program, and from a terminal."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import jwt
import pytest

from mfa_client import AsyncClient, AsyncTokenVerifier, Client, MfaRequired, TokenRejected, errors
from tests import deeds, people
from tests.local.python_client import PROJECT, Person, install
from tests.product import PASSWORD
from tests.running import Running, running

README = (PROJECT / "README.md").read_text(encoding="utf-8")
COUNTDOWN = r"\((\d\d):(\d\d):(\d\d), new code in 00:0[01]:\d\d\) ([A-Z]{4})-"


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    with running() as stack:
        yield stack


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("wheel"))


type Sits = Callable[..., Person]


@pytest.fixture
def sits(python: Path, stack: Running) -> Iterator[Sits]:
    """Seats a person at a terminal with this command of the client."""
    seated: list[Person] = []

    def sit(*arguments: str, **env: str) -> Person:
        command = [str(python), "-m", "mfa_client", "login", "--url", stack.base_url, *arguments]
        seated.append(Person(command, env))
        return seated[-1]

    yield sit
    for person in seated:
        person.leave()


def run(python: Path, arguments: Sequence[str], typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "mfa_client", *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_the_ten_lines_of_the_readme_log_in(stack: Running, python: Path, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found
    lines = [line for line in found[1].splitlines() if line]
    assert len(lines) <= 10
    script = tmp_path / "login.py"
    script.write_text(found[1].replace("https://login.example.com", stack.base_url), encoding="utf-8")
    user = people.add(stack)
    person = Person([str(python), str(script)], sees_output=True)
    try:
        person.reads("Login name: ")
        person.types(f"{user.name}\n")
        person.reads("Password: ")
        person.types(f"{PASSWORD}\n")
        prefix = person.reads("Code ([A-Z]{4})-")[1]
        person.types(f"{user.receive(prefix).digits}\n")
        person.reads(re.escape("['pwd', 'sms']"))
        assert person.ends() == (0, "")
    finally:
        person.leave()


def test_a_login_in_a_terminal_counts_down_and_prints_the_token_only_when_asked(stack: Running, sits: Sits) -> None:
    user = people.add(stack)
    person = sits("--print-token")
    person.reads("Login name: ")
    person.types(f"{user.name}\n")
    person.reads("Password: ")
    person.types(f"{PASSWORD}\n")
    person.reads(
        r"1  Text message to \+852 - \*{4}\d{4}\s+2  Email to u\*+@example.com\s+3  Temporary code[^?]+\? \(1-3\) \[1\] "
    )
    person.types("\n")
    first = person.reads(COUNTDOWN)
    second = person.reads(COUNTDOWN)
    assert first.groups() > second.groups()
    person.types(f"{user.receive(first[4]).wrong()}\r")
    person.reads("not right. Attempts left: 4")
    # As it is pasted from the message, with a slip of the hand.
    person.types(f"9\x7f{first[4]}-{user.receive(first[4]).digits}\r")
    person.reads(r"Logged in \(pwd, sms\)")
    code, output = person.ends()
    assert code == 0
    claims = jwt.decode(output.strip(), options={"verify_signature": False})
    assert (claims["sub"], claims["acr"]) == (user.name, "2")
    assert PASSWORD not in person.seen
    assert output.strip() not in person.seen
    assert "\x1b" not in person.seen, "no escape codes"
    assert all(len(line) < 80 for line in re.split(r"[\r\n]+", person.seen))
    assert person.current_settings() == person.settings


def test_a_key_asks_for_a_new_code_and_the_older_one_is_told_apart(stack: Running, sits: Sits) -> None:
    user = people.add(stack, email=False)
    person = sits("--login-name", user.name)
    person.reads("Password: ")
    person.types(f"{PASSWORD}\n")
    first = person.reads(COUNTDOWN)[4]
    person.types("\x12")
    person.reads(r"Wait 00:0[01]:\d\d")
    user.end_cooldown()
    person.types("\x12")
    person.reads("The older code is not valid any more")
    second = person.reads(COUNTDOWN)[4]
    assert second != first
    person.types(f"{user.receive(first).digits}\r")
    person.reads(f"earlier message. Look for {second}-")
    person.types(f"{user.receive(second).digits}\r")
    assert person.ends() == (0, "")
    assert user.messages == 2


def test_a_dumb_terminal_gets_plain_questions(stack: Running, sits: Sits) -> None:
    user = people.add(stack, email=False)
    person = sits("--login-name", user.name, TERM="dumb")
    person.reads("Password: ")
    person.types(f"{PASSWORD}\n")
    prefix = person.reads(COUNTDOWN)[4]
    person.types("\n")
    assert person.reads(COUNTDOWN)[4] == prefix, "Enter shows the time that is left"
    person.types("back\n")
    person.reads(r"1  Text message to [\s\S]*\[1\] ")
    person.types("1\n")
    person.reads("Wait 00:0")
    person.types("1\n")
    person.reads("Wait 00:0")
    person.process.send_signal(2)
    assert person.ends() == (130, "")
    assert "\r" not in person.seen.replace("\r\n", "\n")


def test_ctrl_c_cancels_and_leaves_the_terminal_as_it_was(stack: Running, sits: Sits) -> None:
    user = people.add(stack, email=False)
    person = sits("--login-name", user.name)
    person.reads("Password: ")
    person.types(f"{PASSWORD}\n")
    person.reads(COUNTDOWN)
    assert person.current_settings() != person.settings
    person.types("\x03")
    person.reads("Cancelled.")
    assert person.ends() == (130, "")
    assert person.current_settings() == person.settings


def test_too_many_wrong_codes_and_a_locked_user_have_their_exit_code(stack: Running, sits: Sits, python: Path) -> None:
    user = people.add(stack, email=False)
    person = sits("--login-name", user.name)
    person.reads("Password: ")
    person.types(f"{PASSWORD}\n")
    wrong = user.receive(person.reads(COUNTDOWN)[4]).wrong()
    for left in (4, 3, 2, 1):
        person.types(f"{wrong}\r")
        person.reads(f"Attempts left: {left}")
        person.reads(COUNTDOWN)
    person.types(f"{wrong}\r")
    assert person.ends() == (5, "")
    arguments = ["login", "--url", stack.base_url, "--login-name", user.name, "--method", "sms"]
    again = run(python, arguments, f"{PASSWORD}\n")
    assert again.returncode == 5, again.stderr
    assert "Locked until" in again.stderr


def test_a_pipe_gets_plain_questions_and_the_exit_codes_are_as_documented(stack: Running, python: Path) -> None:
    at = ["login", "--url", stack.base_url]
    off = people.add(stack, mfa=False)
    done = run(python, [*at, "--print-token"], f"{off.name}\n{PASSWORD}\n")
    assert (done.returncode, done.stdout.count(".")) == (0, 2), done.stderr
    assert "\r" not in done.stderr
    without = people.add(stack, phones=0, email=False)
    expected = [
        (1, [*at, "--login-name", off.name], "wrong password\n"),
        (2, ["login", "--url", "http://login.example.com"], ""),
        (2, ["login", "--method", "dance"], ""),
        (3, [*at, "--login-name", without.name, "--method", "sms"], f"{PASSWORD}\n"),
        (4, ["login", "--url", "http://127.0.0.1:9", "--login-name", off.name], f"{PASSWORD}\n"),
        (130, at, ""),
    ]
    for code, arguments, typed in expected:
        ended = run(python, arguments, typed)
        assert (ended.returncode, ended.stdout) == (code, ""), ended.stderr
        assert "Traceback" not in ended.stderr


class Forgetful(httpx.HTTPTransport):
    """Carries each request out, and loses its answer the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if request.url.path not in self.lost:
            self.lost.add(request.url.path)
            response.close()
            raise httpx.ReadTimeout("lost", request=request)
        return response


def test_a_lost_answer_sends_no_second_message_and_spends_no_second_attempt(stack: Running) -> None:
    user = people.add(stack)
    with httpx.Client(transport=Forgetful()) as http, Client(stack.base_url, http=http) as mfa:
        login = mfa.login(user.name, PASSWORD)
        assert isinstance(login, MfaRequired)
        challenge = mfa.start_challenge(login.mfa_token, login.phones[0].id)
        message = user.receive(challenge.prefix)
        with pytest.raises(errors.InvalidCode) as wrong:
            mfa.verify_challenge(login.mfa_token, challenge.id, message.wrong())
        assert wrong.value.attempts_remaining == 4
        assert mfa.verify_challenge(login.mfa_token, challenge.id, message.digits).amr == ["pwd", "sms"]
        assert user.messages == 1


def test_an_approved_deed_is_redeemed_once_and_its_token_is_no_login(stack: Running) -> None:
    user = deeds.person(stack)
    registered = stack.admin("clients.create", name=stack.name())

    async def approved() -> None:
        client_id = registered["client_id"]
        async with (
            AsyncClient(stack.base_url, client_id=client_id, client_secret=registered["client_secret"]) as mfa,
            AsyncTokenVerifier(stack.base_url, client_id, client=mfa) as verifier,
        ):
            vouched = await mfa.login_vouched(user.name)
            assert isinstance(vouched, MfaRequired)
            action = await mfa.open_action(user.name, "delete_backup", {"set": "Payroll"})
            with pytest.raises(errors.ActionPending):
                await mfa.redeem_action(action.id)
            challenge = await mfa.start_challenge(action.mfa_token, action.phones[0].id)
            code = user.receive(challenge.prefix).digits
            token = (await mfa.verify_challenge(action.mfa_token, challenge.id, code)).token
            with pytest.raises(TokenRejected):
                await verifier.verify(token)
            verified = await verifier.verify_action(token, "delete_backup", {"set": "Payroll"}, action_id=action.id)
            assert verified.login_name == user.name
            redemption = await mfa.redeem_action(action.id, idempotency_key="mine")
            assert (redemption.login_name, redemption.params) == (user.name, {"set": "Payroll"})
            assert await mfa.redeem_action(action.id, idempotency_key="mine") == redemption
            with pytest.raises(errors.ActionRedeemed):
                await mfa.redeem_action(action.id)
            with pytest.raises(errors.ActionApproved):
                await mfa.deny_action(action.mfa_token, action.id)
            assert (await mfa.get_action(action.id)).status == "redeemed"

    asyncio.run(approved())


def test_an_invited_user_enrols_a_phone_and_needs_it_from_then_on(stack: Running) -> None:
    user = people.add(stack, phones=0, mfa=False)
    registered = stack.admin("clients.create", name=stack.name())
    with Client(stack.base_url, client_id=registered["client_id"], client_secret=registered["client_secret"]) as mfa:
        mailed = mfa.create_invitation(user.name, hours=1, deliver="email")
        assert (mailed.token, mailed.url) == (None, None)
        assert mailed.delivered_to
        invitation = mfa.create_invitation(user.name)
        assert invitation.token
        enrolment = mfa.start_enrolment(invitation.token)
        assert enrolment.login_name == user.name
        number = stack.number()
        challenge = mfa.add_phone(enrolment.enrolment_token, number)
        assert mfa.get_phone_challenge(enrolment.enrolment_token, challenge.phone_id).prefix == challenge.prefix
        code = user.receive(challenge.prefix, number).digits
        added = mfa.verify_phone(enrolment.enrolment_token, challenge.phone_id, code)
        assert (added.phone.masked_number[-4:], added.mfa_enabled) == (number[-4:], True)
        with pytest.raises(errors.InvalidToken):
            mfa.start_enrolment(invitation.token)
        login = mfa.login(user.name, PASSWORD)
        assert isinstance(login, MfaRequired)
        assert login.phones == [added.phone]
        with pytest.raises(errors.InvalidToken):
            mfa.start_enrolment("invented")


def test_a_user_reads_and_changes_their_own_account(stack: Running) -> None:
    user = people.add(stack)
    with Client(stack.base_url) as mfa:
        login = mfa.login(user.name, PASSWORD)
        assert isinstance(login, MfaRequired)
        challenge = mfa.start_challenge(login.mfa_token, login.phones[0].id)
        code = user.receive(challenge.prefix).digits
        token = mfa.verify_challenge(login.mfa_token, challenge.id, code).token
        me = mfa.get_me(token)
        assert (me.login_name, me.mfa_enabled, len(me.phones)) == (user.name, True, 1)
        assert mfa.update_me(token, locale="de").locale == "de"
        assert mfa.update_me(token, locale=None).locale is None
        with pytest.raises(errors.LastFactor):
            mfa.remove_phone(token, me.phones[0].id)
        with pytest.raises(errors.InvalidToken):
            mfa.get_me(login.mfa_token)
        mfa.change_password(token, PASSWORD, f"{PASSWORD}, too")
        assert isinstance(mfa.login(user.name, f"{PASSWORD}, too"), MfaRequired)
