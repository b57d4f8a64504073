"""Users as CSV: a dry run lists every bad line, chunks can be repeated, and an export can be imported."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import time
from typing import Any

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.administration import csv_users
from mfa.challenges.account import Account
from mfa.factors.phones import Phone
from mfa.store.records import password_key
from mfa.users.user import Kind, User, UserStatus
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import FUZZED, Stack
from tests.product import Answer

# Argon2id of "correct horse battery", and the same at a cost that no login may be made to pay.
HASH = "$argon2id$v=19$m=19456,t=2,p=1$VSe5XEgq22k3Zo6/i0XA5A$/C1mrMOfNJra0dPeh/1heqmsOsqfhuxPUDkOwtgGIT0"
FORMULAS = [
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "'=1",
    "''=1",
    "'-",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "'\uff1d1",
]


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def csv_of(*rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def dry_run(admin: Administrator, text: str) -> Answer:
    return admin.ask("POST", "/users/import", {"csv": text})


def write(admin: Administrator, text: str) -> dict[str, Any]:
    answer = admin.ask("POST", "/users/import", {"csv": text, "dry_run": False})
    assert answer.status == 200, answer.text
    report: dict[str, Any] = answer.json
    return report


def pieces(text: str, report: dict[str, Any]) -> list[str]:
    """The chunks of a text, each with the header, cut as a browser cuts: by UTF-16 code units."""
    units = text.encode("utf-16-le")
    first = report["chunks"][0]["start"]
    header = units[: 2 * first]
    return [(header + units[2 * each["start"] : 2 * each["end"]]).decode("utf-16-le") for each in report["chunks"]]


def export(admin: Administrator, **filters: str) -> str:
    """The whole export."""
    text, cursor = "", ""
    while True:
        page: dict[str, str] = admin.ask(
            "GET", "/users/export", **filters, **({"cursor": cursor} if cursor else {})
        ).json
        text += page["csv"]
        if "cursor" not in page:
            return text
        cursor = page["cursor"]


def errors(report: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["line"], each["field"]) for each in report["errors"]]


def counts(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["created"], report["updated"], report["unchanged"]


# --- the dry run


def test_a_dry_run_writes_nothing(admin: Administrator) -> None:
    report = dry_run(admin, "login_name\nnew.one\nnew.two\n").json
    assert (report["lines"], report["valid"], report["errors"]) == (2, 2, [])
    assert [chunk["lines"] for chunk in report["chunks"]] == [2]
    assert admin.user("new.one").code == "user_not_found"


def test_every_bad_line_is_listed_with_its_field(admin: Administrator) -> None:
    text = (
        "login_name,kind,contact_email,mfa_enabled,phones,password_hash\n"
        "good,backup,,true,+85292153799,\n"
        "bad\x07name,,,,,\n"
        "two,admin,,,,\n"
        "three,,nobody,,,\n"
        "four,,,yes,,\n"
        "five,,,,0800,\n"
        "six,,,,+85221234567,\n"
        "seven,,,,+85292153799 +85291234567 +85291234568 +85291234569 +85291234570 +85291234571,\n"
        "eight,,,,,secret\n"
        "nine,,,,\n"
        "GOOD,,,,,\n"
        ",backup,,,,\n"
        '"ten",,,,,\n'
    )
    report = dry_run(admin, text).json
    assert {each["message"] for each in report["errors"] if each["field"] == "mfa_enabled"} == {"must be true or false"}
    assert errors(report) == [
        (3, "login_name"),
        (4, "kind"),
        (5, "contact_email"),
        (6, "mfa_enabled"),
        (7, "phones"),
        (8, "phones"),
        (9, "phones"),
        (10, "password_hash"),
        (11, "line"),
        (12, "login_name"),
        (13, "login_name"),
    ]
    assert (report["lines"], report["valid"]) == (13, 2)
    assert "line 2" in next(each["message"] for each in report["errors"] if each["line"] == 12)


@pytest.mark.parametrize(
    "text", ["", "\n", "name\nx\n", "alias\nx\n", "login_name,login_name\na,b\n", "login_name,password\nx,secret\n"]
)
def test_a_csv_without_the_right_header_is_refused(admin: Administrator, text: str) -> None:
    answer = dry_run(admin, text)
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "csv")


@pytest.mark.parametrize(
    "password_hash",
    [
        HASH.replace("m=19456", "m=1048576"),
        HASH.replace("t=2", "t=99"),
        HASH.replace("p=1", "p=64"),
        HASH.replace("argon2id", "argon2i"),
        HASH.replace("argon2id", "argon2d"),
        "$2b$12$abcdefghijklmnopqrstuv",
        "secret",
        "$argon2id$",
    ],
)
def test_a_password_hash_that_is_too_expensive_or_of_another_kind_is_refused(
    admin: Administrator, password_hash: str
) -> None:
    text = f'login_name,password_hash\nnew.one,"{password_hash}"\n'
    assert errors(dry_run(admin, text).json) == [(2, "password_hash")]
    report = write(admin, text)
    assert (errors(report), report["created"]) == ([(2, "password_hash")], 0)
    assert dry_run(admin, f'login_name,password_hash\nnew.one,"{HASH}"\n').json["valid"] == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_crlf_quotes_and_quoted_line_breaks_are_read(
    admin: Administrator, mark: str, end: str
) -> None:
    rows = ["login_name,alias,owner", '"new.one","a ""quoted"" name","Sales, Asia"', "new.two,,", ""]
    text = mark + end.join(rows)
    report = dry_run(admin, text).json
    assert (report["valid"], report["errors"]) == (2, [])
    for piece in pieces(text, report):
        write(admin, piece)
    one = admin.user("new.one").json
    assert (one["alias"], one["owner"]) == ('a "quoted" name', "Sales, Asia")
    broken = f'{mark}login_name,alias{end}new.three,"two{end}lines"{end}new.four,x{end}'
    report = dry_run(admin, broken).json
    assert errors(report) == [(2, "alias")]
    assert write(admin, broken)["created"] == 1
    assert dry_run(admin, f'login_name,alias{end}a,"never ends').json["errors"][0]["field"] == "line"


def test_fifty_thousand_lines_are_checked_in_twenty_seconds(admin: Administrator) -> None:
    """Twenty seconds of a processor: a clock on the wall would count what else the machine does."""
    lines = [f"user.{n:06d},Sales,+8529{n % 9000000 + 1000000:07d}" for n in range(50_000)]
    lines[40_000] = "user.000007,,"
    text = "login_name,owner,phones\n" + "\n".join(lines) + "\n"
    began = time.process_time()
    report = dry_run(admin, text).json
    seconds = time.process_time() - began
    assert report["lines"] == 50_000
    assert (40_002, "login_name") in errors(report)
    assert len(report["chunks"]) == 500
    assert len(report["errors"]) <= 1000
    assert seconds < 20, f"{seconds:.1f} s"


# --- chunks


def test_chunks_are_cut_by_utf_16_units_with_emoji_before_them(admin: Administrator) -> None:
    lines = [f"emoji.{n:03d},\U0001f600é用{'x' * (n % 7)}" for n in range(230)]
    text = "\ufefflogin_name,alias\r\n" + "\r\n".join(lines)
    report = dry_run(admin, text).json
    assert [chunk["lines"] for chunk in report["chunks"]] == [100, 100, 30]
    cut = pieces(text, report)
    read = [line.user.login_name for piece in cut for line in csv_users.read(piece) if line.user]
    assert read == [line.partition(",")[0] for line in lines]
    assert cut[2].endswith(lines[-1])
    assert write(admin, "\r\n".join(cut[2].split("\r\n")[:4]))["created"] == 3
    assert admin.user("emoji.200").json["alias"] == lines[200].partition(",")[2]


def test_a_repeated_chunk_changes_nothing(stack: Stack, admin: Administrator) -> None:
    text = f"login_name,alias,phones,mfa_enabled\nnew.one,One,{stack.number()} {stack.number()},true\nnew.two,,,\n"
    assert counts(write(admin, text)) == (2, 0, 0)
    first = admin.user("new.one").json
    assert counts(write(admin, text)) == (0, 0, 2)
    assert admin.user("new.one").json == first
    assert len(first["phones"]) == 2
    assert len(admin.ask("GET", "/users/new.one/events").json["items"]) == 3


def test_a_line_keeps_the_fields_it_leaves_empty(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    stack.admin("users.patch", login_name=person.name, alias="Dee", owner="Sales")
    report = write(admin, f"login_name,alias,owner,phones\n{person.name.upper()},,Support,{stack.number()}\n")
    assert (report["updated"], report["errors"]) == (1, [])
    user = admin.user(person.name).json
    assert (user["alias"], user["owner"], user["mfa_enabled"], len(user["phones"])) == ("Dee", "Support", True, 2)
    assert person.login().status == 200, "the password stays"


def test_an_imported_hash_lets_its_user_log_in(stack: Stack, admin: Administrator) -> None:
    from mfa.users.passwords import PasswordHashes

    password = stack.password()
    write(admin, f'login_name,password_hash\nnew.one,"{PasswordHashes().hash(password)}"\nnew.two,\n')
    body = {"login_name": "new.one", "password": password}
    assert stack.call("POST", "/v1/login", body).json["status"] == "authenticated"
    assert stack.call("POST", "/v1/login", body | {"login_name": "new.two"}).code == "invalid_credentials"


@pytest.mark.parametrize(
    "text",
    [
        "login_name;alias;owner\nnew.one;Dee, D.;Sales\n",
        "\ufefflogin_name\talias\towner\r\nnew.one\tDee, D.\tSales\r\n",
        'login_name,alias,owner\n\n,,\n  ,, \nnew.one,"Dee, D.",Sales\n,,\n',
        'login_name,alias,owner,,\nnew.one,"Dee, D.",Sales,,\n',
        'login_name,,alias, ,owner\nnew.one,not read,"Dee, D.",nor this,Sales\n',
        '"login_name";"alias";"owner"\n;;\n"new.one";"Dee, D.";"Sales"\n',
        "login_name|alias|owner\nnew.one|Dee, D.|Sales\n",
        "sep=;\r\nlogin_name;alias;owner\r\nnew.one;Dee, D.;Sales\r\n",
        '\ufeffSEP=,\nlogin_name,alias,owner\nnew.one,"Dee, D.",Sales\n',
        "sep=\t\nlogin_name\talias\towner\nnew.one\tDee, D.\tSales\n",
        '\n  \n,,\nlogin_name,alias,owner\nnew.one,"Dee, D.",Sales\n',
        ";;\r\nlogin_name;alias;owner\r\nnew.one;Dee, D.;Sales;;\r\n",
        "login_name;alias;owner\rnew.one;Dee, D.;Sales\r",
    ],
)
def test_a_file_as_spreadsheets_write_it_is_read(admin: Administrator, text: str) -> None:
    report = write(admin, text)
    assert (report["created"], report["errors"]) == (1, [])
    user = admin.user("new.one").json
    assert (user["alias"], user["owner"]) == ("Dee, D.", "Sales")


def test_values_come_back_as_they_were_exported(stack: Stack, admin: Administrator) -> None:
    texts = [" Dee ", "=1+1", "'=1+1", " =1", "-", 'Dee, "D"; D.', "''x", "'", "\u00a0Dee", "+852"]
    people_ = [people.add(stack, phones=0, alias=text, owner=text) for text in texts]
    before = [admin.user(person.name).json for person in people_]
    report = write(admin, export(admin))
    assert (report["errors"], report["updated"], report["created"]) == ([], 0, 0)
    assert [admin.user(person.name).json for person in people_] == before


def test_numbers_in_a_cell_may_have_blanks_in_them(stack: Stack, admin: Administrator) -> None:
    report = write(
        admin, 'login_name,phones\nnew.one,"+852 9215 3799"\nnew.two,"+85292153798 +44 7400 123456;\n+852-9215-3797"\n'
    )
    assert (report["created"], report["errors"]) == (2, [])
    numbers = [[phone["number"] for phone in admin.user(name).json["phones"]] for name in ("new.one", "new.two")]
    assert numbers == [["+85292153799"], ["+85292153798", "+447400123456", "+85292153797"]]
    assert errors(dry_run(admin, 'login_name,phones\nnew.one,"9215 3799"\nnew.two,"92153799 +85292153799"\n').json) == [
        (2, "phones"),
        (3, "phones"),
    ]


def test_the_first_login_replaces_a_foreign_hash_by_ours(stack: Stack, admin: Administrator) -> None:
    password = stack.password()
    foreign = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    write(admin, f'login_name,password_hash\nfrom.bcrypt,"{foreign}"\n')
    key = dict(zip(("pk", "sk"), password_key("from.bcrypt"), strict=True))
    before = stack.table.get_item(Key=key)["Item"]
    assert before["password_hash"] == foreign
    wrong = {"login_name": "from.bcrypt", "password": "x" + password}
    assert stack.call("POST", "/v1/login", wrong).code == "invalid_credentials"
    assert stack.table.get_item(Key=key)["Item"] == before
    for _ in range(2):
        answer = stack.call("POST", "/v1/login", wrong | {"password": password})
        assert answer.json["status"] == "authenticated"
        after = stack.table.get_item(Key=key)["Item"]
        assert after["password_hash"].startswith("$argon2id$")
        assert after | {"password_hash": foreign} == before


def log_in(stack: Stack, name: str, password: str) -> str:
    answer = stack.call("POST", "/v1/login", {"login_name": name, "password": password})
    return str(answer.json["status"]) if answer.status == 200 else answer.code


@pytest.mark.parametrize("newer", ["by the first login", "by an administrator"])
def test_a_line_that_is_imported_again_does_not_take_a_newer_password_back(
    stack: Stack, admin: Administrator, newer: str
) -> None:
    password, changed = stack.password(), stack.password()
    # As Keycloak exports it.
    salt, digest = bytes(16), hashlib.pbkdf2_hmac("sha256", password.encode(), bytes(16), 1000, 64)
    secret = {"value": base64.b64encode(digest).decode(), "salt": base64.b64encode(salt).decode()}
    about = {"hashIterations": 1000, "algorithm": "pbkdf2-sha256"}
    cell = json.dumps({"credentialData": json.dumps(about), "secretData": json.dumps(secret)})
    text = csv_of(["login_name", "password_hash"], ["from.keycloak", cell])
    assert write(admin, text)["created"] == 1
    assert write(admin, text)["unchanged"] == 1
    if newer == "by the first login":
        assert log_in(stack, "from.keycloak", password) == "authenticated"
        changed = password
    else:
        stack.admin("users.patch", login_name="from.keycloak", password=changed)
    key = dict(zip(("pk", "sk"), password_key("from.keycloak"), strict=True))
    before = stack.table.get_item(Key=key)["Item"]
    assert before["password_hash"].startswith("$argon2id$")
    assert write(admin, text)["unchanged"] == 1
    assert stack.table.get_item(Key=key)["Item"] == before
    assert log_in(stack, "from.keycloak", changed) == "authenticated"
    # A line with another hash sets it, and a user who is made anew starts with the line's.
    other = bcrypt.hashpw(b"a third password", bcrypt.gensalt(4)).decode()
    assert write(admin, csv_of(["login_name", "password_hash"], ["from.keycloak", other]))["updated"] == 1
    assert log_in(stack, "from.keycloak", "a third password") == "authenticated"
    stack.admin("users.delete", login_name="from.keycloak")
    assert write(admin, text)["created"] == 1
    assert log_in(stack, "from.keycloak", password) == "authenticated"


def test_an_import_cannot_make_every_wrong_password_slow(stack: Stack, admin: Administrator) -> None:
    kinds = [HASH.replace("m=19456", f"m={64 * n}") for n in range(8, 13)]
    rows = [[f"kind.{n}", kind] for n, kind in enumerate([*kinds, kinds[0], HASH])]
    text = csv_of(["login_name", "password_hash"], *rows)
    for report in (dry_run(admin, text).json, write(admin, text)):
        [error] = report["errors"]
        assert (error["line"], error["field"]) == (6, "password_hash")
        assert "slow" in error["message"]
        assert kinds[4] not in str(report)
    # The kinds that users have count in the next import, and one that is used no more makes room.
    last = csv_of(["login_name", "password_hash"], rows[4])
    assert errors(write(admin, last)) == [(2, "password_hash")]
    stack.admin("users.delete", login_name="kind.1")
    assert write(admin, last)["created"] == 1


def test_a_line_with_a_damaged_hash_is_refused(admin: Administrator) -> None:
    from mfa.users.passwords import PasswordHashes

    good = PasswordHashes().hash("correct horse")
    report = write(admin, f'login_name,password_hash\na.cut,"{good[:-1]}"\na.spare,"{good}é"\n')
    assert errors(report) == [(2, "password_hash"), (3, "password_hash")]


def test_more_lines_than_can_be_written_at_once_are_refused(admin: Administrator) -> None:
    text = "login_name\n" + "".join(f"user.{n}\n" for n in range(101))
    answer = admin.ask("POST", "/users/import", {"csv": text, "dry_run": False})
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "csv")
    assert admin.user("user.0").code == "user_not_found"


def test_an_import_that_would_leave_no_administrator_is_refused_in_its_line(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name="root", status="disabled")
    try:
        report = write(admin, f"login_name,status\n{admin.name},disabled\nnew.one,\n")
        assert (errors(report), report["created"]) == ([(2, "line")], 1)
    finally:
        stack.admin("users.patch", login_name="root", status="active")


# --- out and back


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_exported_as_text_and_imported_unchanged(stack: Stack, admin: Administrator, formula: str) -> None:
    person = people.add(stack)
    stack.admin("users.patch", login_name=person.name, alias=formula, owner=formula)
    text = export(admin, kind="backup")
    [row] = list(csv.DictReader(io.StringIO(text)))
    for cell in row.values():
        assert not (cell or "").startswith(
            ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
        )
    assert row["alias"] == f"'{formula}"
    assert write(admin, text)["unchanged"] == 1
    stack.admin("users.patch", login_name=person.name, alias=None, owner=None)
    assert write(admin, text)["updated"] == 1
    assert admin.user(person.name).json["alias"] == formula


@pytest.mark.parametrize("text", ["<b>bold</b>", "\u202eevil", "a,b", 'a"b', "é用\U0001f600", "a;b", "'quoted'"])
def test_any_text_is_exported_and_imported_unchanged(stack: Stack, admin: Administrator, text: str) -> None:
    person = people.add(stack)
    stack.admin("users.patch", login_name=person.name, alias=text)
    assert write(admin, export(admin, kind="backup"))["unchanged"] == 1
    assert admin.user(person.name).json["alias"] == text


def test_the_export_has_no_password_and_no_hash(stack: Stack, admin: Administrator) -> None:
    people.add(stack)
    text = export(admin)
    assert text.splitlines()[0] == "login_name,kind,alias,owner,contact_email,locale,mfa_enabled,status,phones"
    assert "argon2" not in text
    assert dry_run(admin, text).json["errors"] == []


def test_the_pages_of_an_export_have_every_user_once(stack: Stack, admin: Administrator) -> None:
    model = stack.table.get_item(Key={"pk": f"USER#{people.add(stack).name}", "sk": "#PROFILE"})["Item"]
    with stack.table.batch_writer() as batch:
        for n in range(230):
            name = f"many.{n:03d}"
            place = {"pk": f"USER#{name}", "login_name": name, "position": f"{name}\0{name}"}
            batch.put_item(Item=model | place)
    names = [row["login_name"] for row in csv.DictReader(io.StringIO(export(admin, kind="backup")))]
    assert len(names) == len(set(names)) == 231
    assert names == sorted(names)


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)
NAMES = st.from_regex(r"[a-z][a-z0-9._@-]{0,20}", fullmatch=True).filter(lambda name: "www." not in name)


@FUZZED
@given(NAMES, TEXTS, TEXTS, st.sampled_from(Kind), st.booleans(), st.sampled_from(UserStatus))
def test_an_export_can_be_imported(
    name: str, alias: str, owner: str, kind: Kind, mfa: bool, status: UserStatus
) -> None:
    """Blanks at the ends of a cell are removed; an empty cell changes nothing."""
    user = User(
        login_name=name,
        kind=kind,
        status=status,
        mfa_enabled=mfa,
        alias=alias.strip(" ") or None,
        owner=owner.strip(" ") or None,
        password_hash=None,
        created_at=0,
        updated_at=0,
        credentials_changed_at=0,
    )
    phone = Phone(id="0-a", number="+85292153799", region="HK", calling_code="+852", kind="mobile")
    [line] = csv_users.read(csv_users.write([Account(user=user, phones=(phone,))], header=True))
    assert line.error is None
    assert line.user is not None
    read = line.user
    assert (read.login_name, read.kind, read.mfa_enabled, read.status) == (name, kind, mfa, status)
    assert (read.alias, read.owner, read.phones) == (user.alias, user.owner, ["+85292153799"])


def test_an_error_names_the_user_and_the_value_but_no_hash(admin: Administrator) -> None:
    text = (
        "login_name,kind,phones,password_hash,contact_email\n"
        "one,,+85292153799 +852123,,\n"
        "two,admin,,,\n"
        "three,,,$argon2id$broken,\n"
        "four,,,,a..b@example.com\n"
        "five\n"
        ",backup,,,\n"
    )
    report = dry_run(admin, text).json
    assert [(each["field"], each["login_name"], each["value"]) for each in report["errors"]] == [
        ("phones", "one", "+852123"),
        ("kind", "two", "admin"),
        ("password_hash", "three", None),
        ("contact_email", "four", "a..b@example.com"),
        ("line", None, None),
        ("login_name", None, None),
    ]
    assert "argon2id" not in str(report["errors"]).replace(report["errors"][2]["message"], "")


def test_an_export_has_the_users_that_the_list_shows_for_the_same_filters(stack: Stack, admin: Administrator) -> None:
    found, other = people.add(stack, alias="Dee of export"), people.add(stack, mfa=False, owner="Dee of export")
    people.add(stack, alias="Ada of export")
    for filters, names in (
        ({"q": "dee of"}, [found.name, other.name]),
        ({"q": "dee of", "mfa": "false"}, [other.name]),
        ({"q": "nobody has this"}, []),
    ):
        rows = csv.DictReader(io.StringIO(export(admin, **filters)))
        assert [row["login_name"] for row in rows] == names
        listed = admin.ask("GET", "/users", **filters).json["items"]
        assert [user["login_name"] for user in listed] == names
