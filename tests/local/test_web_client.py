"""The client kit as somebody installs it: its tarball in an empty project logs in at the local stack."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.processes import HOME
from tests import people
from tests.people import Person
from tests.product import PASSWORD
from tests.running import Running, running

README = (HOME / "clients" / "web" / "README.md").read_text(encoding="utf-8")
# Asks a person for the passcode by its reference, as a program would.
PROGRAM = """
import { createInterface } from "node:readline/promises";
import { Api, Problem, LOCALES, loadLanguage } from "serverless-second-factor";

const [base, login_name, password] = process.argv.slice(2);
const terminal = createInterface({ input: process.stdin });
const lines = terminal[Symbol.asyncIterator]();
const api = new Api({ base, retries: 2 });
const codes = [];
const login = await api.login({ login_name, password });
const challenge = await api.startChallenge(login.mfa_token, { phone_id: login.phones[0].id });
console.log(challenge.prefix);
for (;;) {
  const { value: code } = await lines.next();
  try {
    const { token, amr } = await api.verify(login.mfa_token, challenge.id, { code });
    const words = await loadLanguage("de");
    console.log(JSON.stringify({ token, amr, codes, says: words.text("loggedIn"), languages: Object.keys(LOCALES).length }));
    break;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    codes.push([error.code, error.body.attempts_remaining]);
  }
}
terminal.close();
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the tarball that `make build-clients` makes."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm")
    subprocess.run(["make", "build-client-web"], cwd=HOME, check=True, capture_output=True)
    (tarball,) = (HOME / "build" / "clients" / "web").glob("*.tgz")
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", str(tarball)]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A relying application's own site: the project's files."""

    def log_message(self, *_about: object) -> None:
        """Prints nothing."""


@pytest.fixture(scope="module")
def site(project: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=project)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def stack(site: str) -> Iterator[Running]:
    with running({"CORS_ORIGINS": site}) as stack:
        yield stack


@pytest.fixture
def person(stack: Running) -> Person:
    return people.add(stack, phones=[stack.number("HK")])


def test_the_package_has_the_kit_and_its_types_and_nothing_else(project: Path) -> None:
    package = project / "node_modules" / "serverless-second-factor"
    assert sorted(path.name for path in (project / "node_modules").iterdir() if path.is_dir()) == [package.name]
    about = json.loads((package / "package.json").read_text())
    assert "dependencies" not in about
    assert "scripts" not in about
    names = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert {
        "LICENSE",
        "README.md",
        "index.js",
        "index.d.ts",
        "service.d.ts",
        "elements/login.js",
        "locales/ar.js",
    } <= names
    assert {Path(name).suffix for name in names} == {".js", ".ts", ".css", ".json", ".md", ""}
    assert not [name for name in names if name.startswith("pages/") or name == "tsconfig.json"]


def test_a_program_of_node_logs_in_with_it(project: Path, stack: Running, person: Person) -> None:
    (project / "log-in.js").write_text(PROGRAM)
    command = ["node", "log-in.js", stack.base_url, person.name, PASSWORD]
    with subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        message = person.receive(process.stdout.readline().strip())
        out, _ = process.communicate(f"{message.wrong()}\n{message.prefix}-{message.digits}\n", timeout=30)
    answer = json.loads(out)
    assert (answer["amr"], answer["codes"]) == (["pwd", "sms"], [["invalid_code", 4]])
    assert (answer["says"], answer["languages"]) == ("Sie sind angemeldet", 13)
    assert stack.call("GET", "/v1/me", token=answer["token"]).status == 200


def test_the_ten_lines_of_the_readme_log_in_on_another_site(
    project: Path, site: str, stack: Running, person: Person
) -> None:
    found = re.search(r"```html\n(.*?)```", README, re.DOTALL)
    assert found
    assert len([line for line in found[1].splitlines() if line]) <= 10
    page_text = found[1].replace("https://login.example.com", stack.base_url)
    (project / "page.html").write_text(f"<!doctype html><html lang=pt-BR><title>Shop</title>\n{page_text}")
    browsers = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("there is no Chromium")
    with browsers.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{site}/page.html")
        page.get_by_label("Nome de usuário", exact=True).fill(person.name)
        page.get_by_label("Senha", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.get_by_role("button", name="Enviar código").click()
        message = person.receive(page.locator("#code-prefix").inner_text())
        page.get_by_role("textbox", name="Código", exact=True).fill(message.digits)
        page.get_by_role("button", name="Verificar").click()
        page.get_by_text(f"{person.name} pwd,sms").wait_for()
        browser.close()
