"""The console in Chromium: action types, their preview, and their trial on a phone of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.console_window import Console, MakeBrowsing, make_admin
from tests.people import receive
from tests.running import Running

ENGLISH = 'delete backup set "{set}"'


@pytest.fixture(autouse=True)
def _no_types_after(stack: Running) -> Iterator[None]:
    yield
    stack.admin("settings.patch", actions={"erase_set": None, "wipe": None})


def actions(stack: Running) -> dict[str, Any]:
    """The types of these tests. The stack has one of its own for its sample."""
    found: dict[str, Any] = stack.admin("settings.get")["actions"]
    return {name: found[name] for name in ("erase_set", "wipe") if name in found}


def add(console: Console, name: str, sentence: str) -> None:
    console.button("Add a type").click()
    console.dialog.get_by_label("Name").fill(name)
    console.dialog.get_by_label("The deed, in English").fill(sentence)
    console.dialog.get_by_role("button", name="Add", exact=True).click()


def control(console: Console, words: str) -> Locator:
    return console.main.get_by_role("button", name=words, exact=True)


def test_action_types_are_added_edited_renamed_and_removed(make_browsing: MakeBrowsing, stack: Running) -> None:
    gone = stack.admin("clients.create", name="Gone", legacy=False)["client_id"]
    kept = stack.admin("clients.create", name="Agent <b>", legacy=False)["client_id"]
    browsing = make_browsing(viewport={"width": 1280, "height": 900})
    console = Console.open(browsing, make_admin(stack), "#/settings/actions")
    expect(console.button("Edit delete_backup")).to_be_visible()

    # Added: the name is judged, and the preview follows.
    add(console, "Delete!", ENGLISH)
    expect(console.error_of("type")).to_contain_text("Take small letters")
    console.dialog.get_by_label("Name").fill("erase_set")
    console.page.keyboard.press("Enter")
    preview = console.page.get_by_role("figure")
    expect(preview.locator(".bubble").first).to_contain_text('confirms: delete backup set "Set". User "demo.user"')
    expect(preview).to_contain_text("Costs 1 message")
    expect(console.field("Sentence")).to_be_focused()
    preview.get_by_text("As a call says it").click()
    expect(preview.get_by_role("listitem").nth(2)).to_have_text('delete backup set "Set".')
    preview.get_by_text("With the longest values", exact=True).click()
    expect(preview).to_contain_text("The longest value that a parameter may have")
    console.check_accessible()

    # Another language begins in English; a placeholder that is missing is told at the field and refused at Save.
    console.button("Add a language").click()
    console.dialog.get_by_label("Language tag").fill("sv")
    console.page.keyboard.press("Enter")
    expect(console.error_of("tag")).to_contain_text("Confirmations are not written in Swedish")
    console.dialog.get_by_label("Language tag").fill("de")
    console.page.keyboard.press("Enter")
    expect(console.field("Sentence")).to_have_value(ENGLISH)
    console.field("Sentence").fill("Datensicherung löschen")
    text = console.page.locator('[data-field="actions.erase_set.texts"] .field-error')
    expect(text).to_contain_text("must hold the same placeholders as en: {set}")
    console.field("Language").select_option("en")
    console.button("Save").click()
    expect(console.field("Language").locator("option:checked")).to_have_text("German (de), to be corrected")
    expect(text).to_contain_text("This sentence cannot be saved")
    expect(console.field("Sentence")).to_be_focused()
    assert actions(stack) == {}
    console.field("Sentence").fill("Datensicherung löschen: ")
    console.button("Insert {set}").click()
    expect(preview).to_contain_text("It could be better")
    console.field("Sentence").fill('Datensicherung "{set}" löschen')
    expect(preview.locator(".bubble").first).to_contain_text('bestätigt: Datensicherung "Set" löschen')

    # Times in minutes, channels, and clients by name.
    console.field("An action waits for").fill("16")
    console.button("Save").click()
    expect(console.error_of("actions.erase_set.ttl_seconds")).to_contain_text("from 1 to 15 minutes")
    console.field("An action waits for").fill("2,5")
    console.page.get_by_label("Call", exact=True).uncheck()
    console.page.get_by_text("Only these clients").click()
    console.button("Save").click()
    expect(console.error_of("actions.erase_set.clients")).to_contain_text("Choose at least one client")
    console.page.get_by_label("Agent <b>").check()
    console.page.get_by_label("Gone").check()
    console.save()
    saved = {
        "texts": {"en": ENGLISH, "de": 'Datensicherung "{set}" löschen'},
        "channels": ["sms"],
        "ttl_seconds": 150,
        "token_seconds": 120,
        "clients": [kept, gone],
    }
    assert actions(stack) == {"erase_set": saved}

    # A client that was deleted since is shown; somebody else's save is a conflict; a removed language is removed.
    stack.admin("clients.delete", id=gone)
    console.page.reload()
    console.rests()
    expect(console.row("erase_set")).to_contain_text("Agent <b>, 1 deleted client")
    control(console, "Edit erase_set").click()
    expect(console.main.get_by_role("heading", name="erase_set")).to_be_focused()
    console.page.get_by_label(f"A deleted client ({gone})").uncheck()
    console.field("Language").select_option("de")
    control(console, "Remove this language").click()
    stack.admin("settings.patch", actions={"erase_set": {"ttl_seconds": 60}})
    console.button("Save").click()
    expect(console.dialog).to_contain_text("Action type erase_set")
    expect(console.dialog).to_contain_text("An action waits for: 1 minutes")
    console.dialog.get_by_text("Yours, not saved").click()
    console.button("Go on").click()
    console.save()
    assert actions(stack) == {"erase_set": saved | {"texts": {"en": ENGLISH}, "clients": [kept]}}

    # Renamed, and removed after a question; Discard brings it back.
    control(console, "Rename erase_set").click()
    expect(console.dialog).to_contain_text("can no longer be confirmed")
    console.dialog.get_by_label("Name").fill("wipe")
    console.page.keyboard.press("Enter")
    expect(console.row("wipe")).to_contain_text("Not saved")
    console.save()
    assert actions(stack).keys() == {"wipe"}
    control(console, "Remove wipe").click()
    console.check_accessible()
    console.dialog.get_by_role("button", name="Remove").click()
    expect(console.row("wipe")).to_have_count(0)
    console.button("Discard").click()
    expect(console.row("wipe")).to_be_visible()
    control(console, "Remove wipe").click()
    console.dialog.get_by_role("button", name="Remove").click()
    console.save()
    assert actions(stack) == {}


def test_a_type_on_the_screen_is_tried_on_a_phone_of_one_s_own(make_browsing: MakeBrowsing, stack: Running) -> None:
    number = stack.number()
    admin = make_admin(stack)
    browsing = make_browsing(viewport={"width": 360, "height": 740}, color_scheme="dark")
    console = Console.open(browsing, admin, "#/settings/actions")
    add(console, "erase_set", ENGLISH)
    expect(console.page.get_by_role("figure")).to_contain_text("Nothing is wrong with this sentence.")
    console.check_width()
    console.check_accessible()
    control(console, "Try it").click()
    expect(console.dialog).to_contain_text("You have no verified phone")
    console.page.keyboard.press("Escape")
    test = stack.admin("settings.test", login_name=admin, phone=number)
    stack.admin(
        "settings.test.verify", login_name=admin, id=test["id"], code=receive(stack, number, test["prefix"]).digits
    )

    control(console, "Try it").click()
    value = console.dialog.get_by_label("{set}")
    value.fill("see example.com")
    console.page.keyboard.press("Enter")
    expect(console.error_of("action.params.set")).to_contain_text("{set} must not hold a link")
    expect(value).to_be_focused()
    console.check_accessible()
    value.fill("Payroll")
    console.page.keyboard.press("Enter")
    expect(console.dialog).to_contain_text('asks to confirm: delete backup set "Payroll"')
    message = receive(stack, number, console.dialog.locator(".code-prefix").inner_text())
    assert 'confirms: delete backup set "Payroll".' in message.body
    console.dialog.get_by_label("Passcode").fill(message.digits)
    console.page.keyboard.press("Enter")
    expect(console.dialog).to_contain_text("The code was right for this deed")
    expect(console.dialog).to_contain_text("The settings are not saved yet")
    console.dialog.get_by_role("button", name="Done").click()
    expect(control(console, "Try it")).to_be_focused()

    # Once it is saved, somebody else changes it between the message and its code.
    console.save()
    control(console, "Try it").click()
    console.dialog.get_by_label("{set}").fill("Payroll")
    console.page.keyboard.press("Enter")
    expect(console.dialog).to_contain_text("asks to confirm")
    message = receive(stack, number, console.dialog.locator(".code-prefix").inner_text())
    stack.admin("settings.patch", actions={"erase_set": {"texts": {"en": 'erase "{set}"'}}})
    console.dialog.get_by_label("Passcode").fill(message.digits)
    console.page.keyboard.press("Enter")
    expect(console.dialog).to_contain_text("The type was changed after this message was sent")
    console.check_accessible()
