"""The words for a `User-Agent`: known browsers, other programs, and whatever a client writes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.http.user_agents import read_user_agent

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("text", "browser", "system"),
    [
        (WINDOWS, "Chrome 131", "Windows"),
        (f"{WINDOWS} Edg/131.0.2903.70", "Edge 131", "Windows"),
        (f"{WINDOWS} OPR/115.0.0.0", "Opera 115", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128", "Linux"),
        (f"{MAC}605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari 18", "macOS"),
        (f"{MAC}537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Chrome 131", "macOS"),
        (f"{IPHONE} Version/18.1.1 Mobile/15E148 Safari/604.1", "Safari 18", "iOS"),
        (f"{IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome 131", "iOS"),
        (f"{IPHONE} FxiOS/133.0 Mobile/15E148 Safari/605.1.15", "Firefox 133", "iOS"),
        (f"{IPHONE} EdgiOS/131.0 Version/18.0 Mobile/15E148 Safari/604.1", "Edge 131", "iOS"),
        (f"{ANDROID} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome 131", "Android"),
        (f"{ANDROID} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36", "Samsung Internet 26", "Android"),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
            "Chrome 130",
            "ChromeOS",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
            "Chrome 131",
            "Linux",
        ),
        ("curl/8.5.0", "curl 8.5", None),
        ("python-requests/2.32.3", "python-requests 2.32", None),
        ("Wget", "Wget", None),
        ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)", None, "Windows"),
        ("", None, None),
        ("<script>alert(1)</script>", None, None),
        ("‮evil", None, None),
    ],
)
def test_a_client_is_named_in_words(text: str, browser: str | None, system: str | None) -> None:
    found = read_user_agent(text)
    assert (found.browser, found.system) == (browser, system)


@given(st.text(max_size=2000))
def test_nothing_but_a_short_plain_name_is_kept(text: str) -> None:
    found = read_user_agent(text)
    assert found.browser is None or re.fullmatch(
        r"[A-Za-z][A-Za-z0-9._-]{0,30}( [0-9.]{1,9})?|Samsung Internet \d+", found.browser
    )


def test_a_long_header_costs_no_time() -> None:
    read_user_agent("Version/1" + "." * 1_000_000)
    read_user_agent("Chrome/" + "1" * 1_000_000)
