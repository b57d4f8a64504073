"""Login names: one canonical spelling for each user, and no characters that could change a message."""

import string
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata

from mfa.administration.operations import OPERATIONS as ADMINISTRATION
from mfa.errors import InvalidRequest
from mfa.factors.phone_numbers import regions
from mfa.factors.phones import mask_number, slot_of
from mfa.http.operations import OPERATIONS as LOGINS
from mfa.messages.channels import PROVIDERS, Channel
from mfa.users.actors import DIRECT
from mfa.users.event_log import PRODUCT
from mfa.users.user import (
    LOGIN_NAME_LENGTH,
    PATH_WORDS,
    UserStatus,
    canonical_login_name,
    existing_login_names,
    mask_email,
    new_login_name,
)
from tests import accounts

EVERY_CHARACTER = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("demo.user", "demo.user"),
        ("Demo.User", "demo.user"),
        ("DEMO.USER", "demo.user"),
        ("ｄｅｍｏ．ｕｓｅｒ", "demo.user"),
        ("ＤＥＭＯ．ＵＳＥＲ", "demo.user"),
        (" demo.user", "demo.user"),
        ("demo.user   ", "demo.user"),
        ("demo.user\u00a0", "demo.user"),
        ("demo.user\u3000", "demo.user"),
        ("demo.user\n", "demo.user"),
        ("\tdemo.user\r\n", "demo.user"),
        ("jürgen", "jürgen"),
        ("ju\u0308rgen", "jürgen"),
        ("JU\u0308RGEN", "jürgen"),
        ("straße", "strasse"),
        ("STRASSE", "strasse"),
        ("STRAẞE", "strasse"),
        ("ﬁne", "fine"),
        ("Σίσυφος", "σίσυφοσ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("user①", "user1"),
        ("ªdmin", "admin"),
        ("K", "k"),  # the Kelvin sign
        ("demo\u2003user", "demo user"),
        ("john  smith", "john smith"),
        ("john    smith", "john smith"),
        ("john \u00a0smith", "john smith"),
        ("john\u3000\u2003smith", "john smith"),
        ("  John  Q.   Smith ", "john q. smith"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_every_spelling_of_a_login_name_is_one_name(spelling: str, canonical: str) -> None:
    assert canonical_login_name(spelling) == canonical


def test_the_canonical_form_of_any_one_character_is_its_own_canonical_form() -> None:
    forms = [canonical_login_name(c) for c in EVERY_CHARACTER]
    assert [c for c in forms if canonical_login_name(c) != c] == []


@given(st.text(max_size=30))
def test_the_canonical_form_of_any_text_is_its_own_canonical_form(text: str) -> None:
    name = canonical_login_name(text)
    assert canonical_login_name(name) == name


@given(st.lists(st.sampled_from("\u0345\u0313\u0301\u03b1\u0391ᾳΐ\u0308\u1e9eİi\u0307ﬃŉǰ \u00a0\u1fb7"), max_size=8))
def test_combining_marks_in_any_order_have_one_canonical_form(marks: list[str]) -> None:
    name = canonical_login_name("".join(marks))
    assert canonical_login_name(name) == name
    assert canonical_login_name(unicodedata.normalize("NFD", "".join(marks))) == name


@given(st.text(max_size=20), st.sampled_from([" ", "\t", "\n", "\u00a0", "\u3000", "\u2003"]))
def test_blanks_around_a_name_change_nothing(text: str, blank: str) -> None:
    assert canonical_login_name(blank + text + blank) == canonical_login_name(text)


@given(st.text(st.characters(categories=["L", "Nd"]), max_size=20))
def test_case_changes_nothing(text: str) -> None:
    assert canonical_login_name(text.upper().lower()) == canonical_login_name(text.upper())


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "demo.user",
        "demo user",
        "demo@example.com",
        "DOMAIN\\user",
        "a_b-c+d",
        "exporter",
        "admin",
        "system",
        "john smith",
        ".hidden",
        "a..b",
        "iam.user",
        "0123456789abcdef0123456",
        "0123456789abcdef012345678",
        "0123456789abcdef0123456g",
        "пользователь",
        "用户",
        "مستخدم",
        "x" * 128,
    ],
)
def test_ordinary_names_are_accepted(name: str) -> None:
    assert new_login_name(name) == canonical_login_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\n",
        "x" * 129,
        "ﷺ" * 10,  # 18 characters each when normalised, blanks among them
        "a\nb",
        "a\rb",
        "a\tb",
        "a\u2028b",
        "a\u2029b",
        "a\x85b",
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        'a"b',
        "a'b",
        "a“b",
        "a`b",
        "a<b",
        "a;b",
        "a#b",
        "a%0ab",
        "a\u202eb",  # right-to-left override
        "a\u202ab",
        "a\u2066b",
        "a\u2069b",
        "a\u200eb",
        "a\u061cb",
        "a\u200bb",  # zero-width space
        "a\u200cb",
        "a\u200db",
        "a\u2060b",
        "a\ufeffb",
        "a\U00016fe4b",  # Khitan filler
        "a\u00adb",  # soft hyphen
        "a\u034fb",  # combining grapheme joiner
        "a\ufe0fb",  # variation selector
        "a\U000e0101b",
        "a\u180bb",
        "a\u115fb",  # Hangul filler
        "a\u3164b",
        "a\uffa0b",
        "a\u17b4b",
        "a\U000e0041b",  # tag
        "a\ue000b",  # private use
        "a\ud800b",
        "http://evil.example",
        "https://evil.example/x",
        "evil.example/x",
        "www.evil.example",
        "ＷＷＷ.evil.example",
        "go www.evil.example",
        "x@www.evil.example",
        ".",
        "..",
        "...",
        "．．",
        "…",
        " . ",
        "export",
        "import",
        "Export",
        "ＩＭＰＯＲＴ",
        "iam",
        "IAM",
        "0123456789abcdef01234567",
        "0123456789ABCDEF01234567",
        "tel:+85292153799",
        "mailto:a@b.example",
        "a😀b",
    ],
)
def test_characters_that_could_change_a_message_are_refused_naming_the_field(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        new_login_name(name)
    assert refused.value.members["errors"][0]["field"] == "login_name"


@given(st.text(max_size=40))
def test_an_accepted_name_is_canonical_printable_and_short_enough(text: str) -> None:
    try:
        name = new_login_name(text)
    except InvalidRequest:
        return
    assert name == canonical_login_name(name)
    assert new_login_name(name) == name
    assert name.isprintable()
    assert name.strip() == name
    assert 0 < len(name) <= LOGIN_NAME_LENGTH
    assert not set(name) & set("\"'`<>#/:;%&?=\n\r")


def test_reserved_names_are_the_words_that_paths_have_in_place_of_a_login_name() -> None:
    paths = [operation.path.split("/") for operation in (*ADMINISTRATION, *LOGINS)]
    words: set[str] = set()
    for path in paths:
        for place in [place for place, part in enumerate(path) if part == "{login_name}"]:
            others = [other[place] for other in paths if len(other) > place and other[:place] == path[:place]]
            words.update(other for other in others if not other.startswith("{"))
    assert words == PATH_WORDS != set()


@pytest.mark.parametrize(
    "actor", sorted({DIRECT, PRODUCT, "0123456789abcdef01234567", *PROVIDERS, *(channel.vendor for channel in Channel)})
)
def test_nobody_is_called_like_another_actor_of_histories(actor: str) -> None:
    with pytest.raises(InvalidRequest, match="histories"):
        new_login_name(actor)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("John Smith", ("john smith",)),
        ("John  Smith", ("john  smith", "john smith")),
        (" john \u00a0 smith", ("john   smith", "john smith")),
        ("x" * 128 + "  ", ("x" * 128,)),
        ("x" * 126 + "  x", ("x" * 126 + " x",)),
    ],
)
def test_a_user_created_with_two_blanks_is_found_by_the_exact_spelling(written: str, names: tuple[str, ...]) -> None:
    assert existing_login_names(written) == names


def test_only_a_visible_character_makes_a_different_name() -> None:
    """Code points that Unicode calls default-ignorable have no glyph: `demo` with one inside would look like `demo`."""
    ignorable = [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010)]
    ignorable += [*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0]
    ignorable += [*range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)]
    taken = []
    for point in ignorable:
        try:
            taken.append(new_login_name(f"de{chr(point)}mo"))
        except InvalidRequest:
            pass
    assert set(taken) <= {"demo"}


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("demo.user@example.com", "d***@example.com"),
        ("d@example.com", "d***@example.com"),
        ("a@b@example.com", "a***@example.com"),
        ("ü@example.com", "ü***@example.com"),
    ],
)
def test_an_address_is_masked_except_its_first_letter_and_domain(address: str, masked: str) -> None:
    assert mask_email(address) == masked


@given(st.text(string.ascii_letters, min_size=2, max_size=64))
def test_a_masked_address_hides_its_length(local: str) -> None:
    assert mask_email(f"{local}@example.com") == f"{local[0]}***@example.com"


@pytest.mark.parametrize(
    ("number", "calling_code", "masked"),
    [
        ("+85292153799", "+852", "****3799"),
        ("+12063123799", "+1", "****3799"),
        ("+4915123453799", "+49", "****3799"),
        ("+6835012", "+683", "****12"),  # Niue
        ("+6907290", "+690", "****90"),  # Tokelau
        ("+29051234", "+290", "****34"),  # Saint Helena
        ("+6768761", "+676", "****61"),
        ("+354387999", "+354", "****999"),
        ("+3546113799", "+354", "****799"),
        ("+99812345678", "+998", "****5678"),
        ("+6831", "+683", "****"),
    ],
)
def test_a_mask_shows_four_digits_and_never_more_than_half(number: str, calling_code: str, masked: str) -> None:
    assert mask_number(number, calling_code) == masked


@pytest.mark.parametrize(("region", "calling_code"), regions())
def test_the_shortest_number_of_every_region_is_half_hidden(region: str, calling_code: str) -> None:
    plan = PhoneMetadata.metadata_for_region(region)
    assert plan is not None
    assert plan.general_desc is not None
    shortest = min(plan.general_desc.possible_length)
    number = calling_code + "1234567890123456"[:shortest]
    shown = mask_number(number, calling_code).removeprefix("****")
    assert number.endswith(shown)
    assert 0 < len(shown) <= min(4, shortest / 2)


def test_the_id_of_a_phone_begins_with_its_slot() -> None:
    assert [slot_of(f"{slot}-0123456789abcdef") for slot in range(5)] == list(range(5))


@pytest.mark.parametrize(
    ("status", "issued_at", "accepted"),
    [
        (UserStatus.ACTIVE, 100.0, True),
        (UserStatus.ACTIVE, 100.001, True),
        (UserStatus.ACTIVE, 99.999, False),
        (UserStatus.DISABLED, 200.0, False),
    ],
)
def test_a_token_speaks_for_an_active_user_whose_credentials_have_not_changed_since(
    status: UserStatus, issued_at: float, accepted: bool
) -> None:
    assert accounts.user(at=100, status=status).accepts_token_of(issued_at) is accepted


def test_no_password_hash_shows_in_a_repr() -> None:
    assert "argon2" not in repr(accounts.user(at=100, password_hash="$argon2id$hash"))
