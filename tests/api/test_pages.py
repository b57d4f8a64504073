"""The console and the client pages: static files under a strict policy."""

from __future__ import annotations

import pytest

from tests.api.stack import Stack

CONSOLE = "/v1/admin/console"
ACCOUNT = "/v1/account"
PAGES = pytest.mark.parametrize("pages", [CONSOLE, ACCOUNT])


@PAGES
def test_the_pages_are_served_with_a_strict_policy(stack: Stack, pages: str) -> None:
    page = stack.call("GET", f"{pages}/index.html")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = page.headers["content-security-policy"]
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["form-action"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert " style=" not in page.text
    assert "<script>" not in page.text


def test_the_words_of_a_language_are_one_module(stack: Stack) -> None:
    """So the console needs one request for them, however many files they are in."""
    page = stack.call("GET", f"{CONSOLE}/locales/de.js")
    assert page.headers["content-type"] == "text/javascript; charset=utf-8"
    assert page.text.count("export default") == 1
    areas = stack.call("GET", f"{CONSOLE}/locales/index.js").text.count("/en.js")
    assert page.text.count("Object.assign(all, {") == areas
    assert 'save: "Speichern"' in page.text


@pytest.mark.parametrize(
    "script", [f"{CONSOLE}/main.js", f"{CONSOLE}/locales/de.js", f"{CONSOLE}/shared/dom.js", f"{ACCOUNT}/pages/main.js"]
)
def test_a_cached_page_is_not_sent_again(stack: Stack, script: str) -> None:
    page = stack.call("GET", script)
    assert page.headers["content-type"] == "text/javascript; charset=utf-8"
    again = stack.call("GET", script, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status, again.text) == (304, "")


@PAGES
def test_the_address_of_the_pages_leads_to_the_first_one(stack: Stack, pages: str) -> None:
    """API Gateway ignores the final slash."""
    for path in (pages, f"{pages}/"):
        answer = stack.call("GET", path)
        assert answer.status == 302
        assert answer.headers["location"] == f"https://login.example.com{pages}/index.html"


@PAGES
def test_a_path_within_the_pages_serves_the_first_one(stack: Stack, pages: str) -> None:
    """Addresses that the pages show and a browser may reload."""
    first = stack.call("GET", f"{pages}/index.html").text
    assert stack.call("GET", f"{pages}/users").text == first


@pytest.mark.parametrize(
    "path",
    [
        "../handler.py",
        "..%2Fhandler.py",
        "%2e%2e/handler.py",
        "pages/../../handler.py",
        "....//handler.py",
        "/etc/passwd.html",
        "index.html/x.js",
        "nothing.js",
        "locales/xx.js",
        "index.html%00.js",
        "..\\handler.py",
        "handler.py",
        "package.json",
        "README.md",
        "shared/types.d.ts",
    ],
)
@PAGES
def test_no_path_leads_to_anything_but_the_pages(stack: Stack, pages: str, path: str) -> None:
    event = {"proxy": path}
    answer = stack.call("GET", f"{pages}/x.js", change=lambda given: given.update(pathParameters=event))
    assert answer.code == "not_found"
