"""Passwords: ours, and those whose hashes come from other systems."""

import base64
import hashlib
import unicodedata
from collections import Counter

import bcrypt
import pytest
from argon2 import PasswordHasher

from mfa.users.password_costs import OURS, CostsInUse, HashCost, cost_of, remaining, spend, with_hash
from mfa.users.passwords import PasswordHashes

PASSWORDS = PasswordHashes()
ARGON2 = "$argon2id$v=19$m=19456,t=2,p=1$VSe5XEgq22k3Zo6/i0XA5A$/C1mrMOfNJra0dPeh/1heqmsOsqfhuxPUDkOwtgGIT0"
BCRYPT = "$2a$12$NT0I31Sa7ihGEWpka9ASYeEFkhuTNeBQ2xfZskIiiJeyFXhRgS.Sy"
PBKDF2 = "pbkdf2_sha256$20000$seasalt$oBSd886ysm3AqYun62DOdin8YcfbU1z9cksZSuLP9r0="
PHC_PBKDF2 = "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M"
PHC_SCRYPT = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pbkdf2(password: str, name: str = "sha256", rounds: int = 1000, salt: str = "salt") -> bytes:
    return hashlib.pbkdf2_hmac(name, password.encode(), salt.encode(), rounds)


def scrypt(password: str, n: int = 2**10, r: int = 8, p: int = 1, salt: str = "salt") -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p)


def with_django_digest(password: str) -> str:
    return bcrypt.hashpw(hashlib.sha256(password.encode()).hexdigest().encode(), bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize(
    ("password_hash", "password"),
    [
        (ARGON2, "nobody"),
        (PasswordHasher(memory_cost=64, time_cost=1, parallelism=4).hash("password"), "password"),
        # Published with passlib and with Django.
        (BCRYPT, "password"),
        (PBKDF2, "lètmein"),
        (PHC_PBKDF2, "password"),
        (PHC_SCRYPT, "password"),
        (BCRYPT.replace("$2a$", "$2b$"), "password"),
        (BCRYPT.replace("$2a$", "$2y$"), "password"),
        (f"bcrypt${BCRYPT}", "password"),
        (f"bcrypt_sha256${with_django_digest('x' * 100)}", "x" * 100),
        (bcrypt.hashpw(b"y" * 72, bcrypt.gensalt(4)).decode(), "y" * 72 + "what bcrypt does not look at"),
        (f"pbkdf2_sha1$1000$salt${b64(pbkdf2('pass', 'sha1'))}", "pass"),
        (f"pbkdf2_sha512$1000$salt${b64(pbkdf2('pass', 'sha512'))}", "pass"),
        (f"pbkdf2:sha256:1000$salt${pbkdf2('pass').hex()}", "pass"),
        (f"$pbkdf2-sha512$i=1000,l=64${b64(b'salt').rstrip('=')}${b64(pbkdf2('pass', 'sha512')).rstrip('=')}", "pass"),
        (
            f"$pbkdf2$1000${b64(b'salt').rstrip('=')}${b64(pbkdf2('pass', 'sha1')).rstrip('=').replace('+', '.')}",
            "pass",
        ),
        (f"scrypt$1024$salt$8$1${b64(scrypt('pass'))}", "pass"),
        (f"scrypt:1024:8:1$salt${scrypt('pass').hex()}", "pass"),
        (f"$scrypt$ln=10,r=8,p=1${b64(b'salt').rstrip('=')}${b64(scrypt('pass')).rstrip('=')}", "pass"),
    ],
)
def test_a_hash_of_another_system_is_accepted_and_matches_its_password_alone(password_hash: str, password: str) -> None:
    assert PASSWORDS.accepts(password_hash)
    assert PASSWORDS.matches(password_hash, password, {})
    assert not PASSWORDS.matches(password_hash, "x" + password, {})


@pytest.mark.parametrize(
    "password_hash",
    [
        "",
        "password",
        "$argon2id$",
        ARGON2[:-1],  # cut
        ARGON2[:-3],
        ARGON2[:-11],
        ARGON2[:-22],
        ARGON2[:-30],
        ARGON2.rpartition("$")[0],
        ARGON2 + "A",
        ARGON2 + "=",  # padded
        ARGON2 + "\n",
        " " + ARGON2,
        ARGON2.replace("i0XA5A$", "i0XA5A==$"),
        ARGON2.replace("i0XA5A$", "i0XA5B$"),  # bits behind the end
        ARGON2[:-1] + "1",
        ARGON2.replace("m=19456,t=2,p=1", "t=2,m=19456,p=1"),  # reordered
        ARGON2.replace("m=19456,t=2,p=1", "m=19456,p=1,t=2"),
        ARGON2.replace("m=19456", "m=019456"),
        ARGON2.replace("m=19456", "m=19456 "),
        ARGON2.replace("m=19456", "m=7"),
        ARGON2.replace("p=1", "p=0"),
        ARGON2.replace("t=2", "t=0"),
        ARGON2.replace("t=2", "t=11"),
        ARGON2.replace("m=19456", "m=65537"),
        ARGON2.replace("p=1", "p=5"),
        ARGON2.replace("m=19456", "m=١٩٤٥٦"),  # not ASCII
        ARGON2.replace("VSe5", "VSeé"),
        ARGON2.replace("VSe5XEgq22k3Zo6/i0XA5A", "VSe5"),
        ARGON2.replace("argon2id", "argon2i"),
        ARGON2.replace("argon2id", "argon2d"),
        ARGON2.replace("v=19$", ""),
        BCRYPT[:-1],
        BCRYPT + "y",
        BCRYPT[:-1] + "z",  # bits behind the end
        BCRYPT[:-1] + "é",
        BCRYPT.replace("$12$", "$13$"),
        BCRYPT.replace("$12$", "$03$"),
        BCRYPT.replace("$12$", "$6$"),
        BCRYPT.replace("$2a$", "$2x$"),
        f"bcrypt_sha512${BCRYPT}",
        PBKDF2[:-1],
        PBKDF2[:-5] + "=",
        PBKDF2.replace("9r0=", "9r1="),
        PBKDF2.replace("seasalt", ""),
        PBKDF2.replace("seasalt", "séasalt"),
        PBKDF2.replace("20000", "0"),
        PBKDF2.replace("20000", "1500001"),
        PBKDF2.replace("20000", "020000"),
        PBKDF2.replace("sha256", "md5"),
        PBKDF2.replace("sha256", "sha512"),
        PHC_PBKDF2[:-1],
        PHC_SCRYPT[:-4],
        PHC_SCRYPT.replace("ln=16", "ln=18"),
        PHC_SCRYPT.replace("p=1", "p=100"),
        PHC_SCRYPT.replace("r=8", "r=0"),
        f"scrypt$1000$salt$8$1${b64(scrypt('pass'))}",
        f"scrypt$1024$salt$8$1${b64(scrypt('pass'))[:-4]}",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$6$salt$" + "x" * 86,
        "{SSHA}" + b64(b"x" * 24),
        "x" * 256,
    ],
)
def test_a_damaged_costly_or_unknown_hash_is_refused_and_matches_nothing(password_hash: str) -> None:
    assert not PASSWORDS.accepts(password_hash)
    if "m=65537" not in password_hash and "t=11" not in password_hash and "p=5" not in password_hash:
        assert not PASSWORDS.matches(password_hash, "password", {})


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_password_matches_in_the_form_that_another_system_hashed_or_in_ours(form: str, typed: str) -> None:
    hashed = PasswordHasher(memory_cost=64, time_cost=1).hash(unicodedata.normalize(form, "pässwörd"))  # type: ignore[arg-type]
    matches = PASSWORDS.matches(hashed, unicodedata.normalize(typed, "pässwörd"), {})  # type: ignore[arg-type]
    assert matches == (form == typed or form == "NFC")


def test_only_a_hash_of_our_kind_and_cost_stays() -> None:
    assert not PASSWORDS.is_outdated(PASSWORDS.hash("password"))
    others = (BCRYPT, PBKDF2, PHC_PBKDF2, PHC_SCRYPT, PasswordHasher().hash("password"))
    assert all(PASSWORDS.is_outdated(each) for each in others)


def test_nobody_logs_in_without_a_hash() -> None:
    assert not PASSWORDS.matches(None, "nobody", {})


SCRYPT = f"scrypt:1024:8:1$salt${scrypt('pass').hex()}"
FOREIGN_ARGON2 = PasswordHasher(memory_cost=64, time_cost=3, parallelism=4).hash("password")


@pytest.mark.parametrize(
    ("password_hash", "cost"),
    [
        (PASSWORDS.hash("password"), OURS),
        (FOREIGN_ARGON2, HashCost("argon2id_64_3_4")),
        (BCRYPT, HashCost("bcrypt", 4096)),
        (f"bcrypt${BCRYPT}", HashCost("bcrypt", 4096)),
        (f"bcrypt_sha256${with_django_digest('x')}", HashCost("bcrypt", 16)),
        (PBKDF2, HashCost("pbkdf2_sha256", 20000)),
        (PHC_PBKDF2, HashCost("pbkdf2_sha256", 6400)),
        (f"pbkdf2:sha512:1000$salt${pbkdf2('pass', 'sha512').hex()}", HashCost("pbkdf2_sha512", 1000)),
        (f"$pbkdf2-sha512$i=1000,l=64${'A' * 6}${'A' * 86}", HashCost("pbkdf2_sha512", 1000)),
        (f"$pbkdf2$1000${'A' * 6}${'A' * 27}", HashCost("pbkdf2_sha1", 1000)),
        (SCRYPT, HashCost("scrypt_1024_8_1")),
        (f"scrypt$1024$salt$8$1${b64(scrypt('pass'))}", HashCost("scrypt_1024_8_1")),
        (PHC_SCRYPT, HashCost("scrypt_65536_8_1")),
        ("password", None),
        ("", None),
    ],
)
def test_a_hash_tells_what_a_check_of_it_costs(password_hash: str, cost: HashCost | None) -> None:
    assert cost_of(password_hash) == cost
    if cost:
        spend(HashCost(cost.family, min(cost.work, 32)), b"password")  # this work can be done without a hash


EVERY_KIND = [PASSWORDS.hash("password"), FOREIGN_ARGON2, BCRYPT, PBKDF2, PHC_PBKDF2, SCRYPT, PHC_SCRYPT]
IN_USE = {"argon2id_64_3_4": 1, "bcrypt": 4096, "pbkdf2_sha256": 20000, "scrypt_1024_8_1": 1, "scrypt_65536_8_1": 1}


@pytest.mark.parametrize("password_hash", [None, *EVERY_KIND])
def test_every_refusal_does_the_same_work_whatever_the_hash(password_hash: str | None) -> None:
    own = cost_of(password_hash) if password_hash else None
    done = Counter({own.family: own.work} if own else {})
    done.update({cost.family: cost.work for cost in remaining(own, IN_USE)})
    assert done == {OURS.family: OURS.work, **IN_USE}


def test_a_lower_power_of_bcrypt_is_filled_up_to_the_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    powers = []
    monkeypatch.setattr(bcrypt, "hashpw", lambda _password, salt: powers.append(int(salt[4:6])))
    [cost] = remaining(HashCost("bcrypt", 1 << 5), {OURS.family: 0, "bcrypt": 1 << 8})
    spend(cost, b"password")
    assert powers == [5, 6, 7], "2^5 + 2^6 + 2^7 = 2^8 - 2^5"


def test_a_password_that_bcrypt_cannot_hash_is_refused_without_a_failure() -> None:
    assert not PASSWORDS.matches(BCRYPT, "pass\0word", IN_USE)
    assert not PASSWORDS.matches(None, "pass\0word", IN_USE)


def test_a_right_password_waits_for_no_other_kind() -> None:
    assert PASSWORDS.matches(EVERY_KIND[0], "password", {"no family that could be calculated": 1})


def argon2(memory: int, passes: int) -> str:
    return ARGON2.replace("m=19456,t=2", f"m={memory},t={passes}")


def pbkdf2_of(rounds: int, name: str = "sha256") -> str:
    return f"pbkdf2_{name}${rounds}$salt$x"


def taken(*hashes: str) -> list[bool]:
    """Tells of these hashes, one after the other, whether they are accepted."""
    in_use: CostsInUse = {}
    found = []
    for each in hashes:
        then = with_hash(in_use, each)
        found.append(then is not None)
        in_use = in_use if then is None else then
    return found


@pytest.mark.parametrize(
    ("hashes", "expected"),
    [
        ([argon2(64 * n, 1) for n in range(8, 13)], [True] * 4 + [False]),  # a fifth kind
        ([argon2(512, 1)] * 9, [True] * 9),
        ([PASSWORDS.hash("password")] * 9, [True] * 9),
        ([argon2(65536, 10)] * 2, [True] * 2),
        ([argon2(65536, passes) for passes in (10, 9, 8, 1)], [True, True, False, True]),
        ([pbkdf2_of(1_500_000, "sha512"), BCRYPT, pbkdf2_of(1000)], [True, False, True]),
        ([BCRYPT, pbkdf2_of(1_200_000), argon2(65536, 10)], [True, True, False]),  # Django's of today beside bcrypt's
        ([pbkdf2_of(rounds) for rounds in (1000, 1_500_000, 20_000)], [True] * 3),
        ([BCRYPT.replace("$12$", f"${cost}$") for cost in ("04", "12", "05")], [True] * 3),
        ([pbkdf2_of(1000, name) for name in ("sha1", "sha256", "sha512")] + [BCRYPT, PHC_SCRYPT], [True] * 4 + [False]),
    ],
)
def test_an_import_cannot_make_every_wrong_password_slow(hashes: list[str], expected: list[bool]) -> None:
    assert taken(*hashes) == expected
