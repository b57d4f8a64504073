"""The rules for new passwords."""

import subprocess
import sys

import pytest

from infra.local.seed import PASSWORD
from mfa.errors import InvalidRequest
from mfa.users.common_passwords import is_common
from mfa.users.password_rules import refuse_weak, words_of, words_of_service
from tests.accounts import user

WORDS = [
    *words_of(user("demo.user", at=0, alias="Ada", owner="Acme Widgets", contact_email="ada.byron@mail.example.com")),
    *words_of_service("https://login.backup-house.example/live", "Your backup service provider"),
]


def refusal(password: str) -> str | None:
    try:
        refuse_weak(password, WORDS, "new_password")
    except InvalidRequest as error:
        (wrong,) = error.members["errors"]
        assert wrong["field"] == "new_password"
        return str(wrong["message"])
    return None


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery staple",
        "8 Jan: Rosen",
        "пароль-на-завтра",
        "möchte ich ein",
        "🐘🐘🦒🦒🐘🦒🦒🐘",
        "x" * 30 + "y" * 226,
        # A common word or the user's name is a part of it only: parts are not compared (NIST SP 800-63B-4, 3.1.1.2).
        "my password is a secret",
        "demo.user likes goats",
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.parametrize(
    ("password", "bound"),
    [
        ("x7!kqzp", "least 8"),
        # Seven characters in the form that is hashed.
        ("u\u0308" * 7, "least 8"),
        ("ab" * 128 + "c", "most 256"),
    ],
)
def test_the_length_is_counted_in_characters_of_the_hashed_form(password: str, bound: str) -> None:
    assert refusal(password) == f"must have at {bound} characters"


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "Passw0rd!",
        "Password2026!",
        "iloveyou",
        "qwertyuiop",
        "1q2w3e4r5t6y",
        "12345678",
        "summer2026",
        "passwordpassword",
        "letmein-letmein-",
        "aaaaaaaaaaaa",
        "12341234",
        "Backup2026",
        "ｐａｓｓｗｏｒｄ",
    ],
)
def test_a_password_that_attackers_try_first_is_refused(password: str) -> None:
    assert refusal(password) == "is one that attackers try first. Choose another, such as four random words"


@pytest.mark.parametrize(
    "password",
    [
        "demo.user",
        "Demo.User1",
        "demouser2026!",
        "ada12345",
        "acme widgets",
        "ACME-Widgets-1",
        "ada.byron@mail.example.com",
        "adabyron",
        "backup-house",
        "login.backup-house.example",
        "widgets-99",
        "adabyron-adabyron",
    ],
)
def test_a_name_of_the_user_or_of_the_service_is_refused(password: str) -> None:
    assert refusal(password) == (
        "is too close to the user's name or address, or to the name of this service. Choose another"
    )


def test_the_list_holds_the_worst_passwords_and_no_line_break_gets_around_it() -> None:
    assert all(map(is_common, ("123456", "password", "qwerty", "123456789", "dragon")))
    assert not is_common("")
    assert not is_common("123456\npassword")


def test_the_list_is_loaded_only_where_a_password_is_set() -> None:
    program = (
        "import sys; import mfa.wiring, mfa.flows.log_in, mfa.administration.operations, mfa.flows.new_passwords;"
        "sys.exit('mfa.users.common_passwords' in sys.modules or 'mfa.users.password_rules' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": "functions/common"})
