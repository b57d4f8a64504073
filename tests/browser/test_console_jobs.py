"""The console in Chromium: many users are selected, tried dry and changed by a job."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests import people
from tests.browser.console_window import Console, MakeBrowsing, make_admin
from tests.running import Running


def test_many_users_are_selected_tried_dry_and_changed(make_browsing: MakeBrowsing, stack: Running) -> None:
    """By page, then by name; the one without a factor is left out. A deletion takes the number, typed."""
    stack.admin("directory.compute")
    team = stack.name()
    names = [people.add(stack, owner=team, phones=phones, mfa=False).name for phones in (0, 1, 1)]
    console = Console.open(make_browsing(), make_admin(stack), f"#/users?q={team}")
    page = console.page
    expect(page.get_by_label(f"Select {names[0]}")).to_be_visible()
    page.get_by_label("Select this page").check()
    expect(console.main).to_contain_text("3 users selected")
    page.get_by_label(f"Select {names[2]}").press("Space")
    expect(page.get_by_label("Select this page")).to_have_js_property("indeterminate", True)
    console.button("Change selected users").click()
    console.dialog.get_by_label("What to do").select_option("mfa_on")
    console.dialog.get_by_role("button", name="Check").click()
    expect(console.dialog.locator(".tally")).to_have_text(re.compile("Will be changed1.*already0.*Left out1"))
    expect(console.dialog.get_by_role("listitem")).to_have_text(
        f"{names[0]}: There is no usable second factor: the user could not log in any more."
    )
    assert not any(stack.admin("users.get", login_name=name)["mfa_enabled"] for name in names)
    console.dialog.get_by_role("button", name="Change 1 user").click()
    expect(page).to_have_url(re.compile("#/jobs/"))
    expect(console.main).to_contain_text("Done")
    expect(console.row(names[1])).to_contain_text("Done")
    expect(console.row(names[0])).to_contain_text("Left out")
    assert [stack.admin("users.get", login_name=name)["mfa_enabled"] for name in names] == [False, True, False]
    with page.expect_download() as saved:
        console.button("Download").click()
    assert f"{names[1]},done" in saved.value.path().read_text(encoding="utf-8-sig")

    console.go(f"#/users?q={team}")
    page.get_by_label(f"Select {names[2]}").check()
    console.button("Change selected users").click()
    console.dialog.get_by_label("What to do").select_option("delete")
    console.dialog.get_by_role("button", name="Check").click()
    console.dialog.get_by_role("button", name="Delete 1 user").click()
    expect(console.dialog).to_contain_text("That is not the same.")
    console.dialog.get_by_label(re.compile("^Deleted users")).fill("1")
    console.dialog.get_by_role("button", name="Delete 1 user").click()
    expect(console.row(names[2])).to_contain_text("Done")
    console.go("#/jobs")
    expect(console.row("Turn SMS authentication on").first).to_contain_text("Done")
    expect(console.row("Delete").first).to_contain_text("Done")


def test_all_that_match_are_those_of_the_list_that_was_read(make_browsing: MakeBrowsing, stack: Running) -> None:
    """Other filters were chosen, and their list could not be read: the job is for those who were selected."""
    team = stack.name()
    for _ in range(2):
        people.add(stack, owner=team)
    stack.admin("directory.compute")
    console = Console.open(make_browsing(), make_admin(stack))
    page, lists = console.page, re.compile(r"/v1/admin/users\?")
    page.route(lists, lambda route: route.continue_(url=f"{route.request.url}&limit=1"))
    console.go(f"#/users?q={team}")
    page.get_by_label("Select this page").check()
    console.button("Select all 2 that match").click()
    page.unroute(lists)
    page.route(lists, lambda route: route.fulfill(status=503, json={"code": "temporarily_unavailable"}))
    with page.expect_response(lists):
        page.get_by_label("State").select_option("status=disabled")
    expect(console.button("Try again")).to_be_visible()
    expect(console.main).to_contain_text("2 users selected")
    console.button("Change selected users").click()
    console.dialog.get_by_label("What to do").select_option("mfa_off")
    with page.expect_request("**/v1/admin/jobs") as made:
        console.dialog.get_by_role("button", name="Check").click()
    assert dict(made.value.post_data_json or {})["selection"] == {"users": {"q": team}}


def test_a_checked_job_is_started_later_from_its_page_by_the_one_who_made_it(
    make_browsing: MakeBrowsing, stack: Running
) -> None:
    user, admin = people.add(stack, mfa=False, owner="before"), make_admin(stack)
    console = Console.open(make_browsing(), admin, f"#/users?q={user.name}")
    page = console.page
    _check_owner(console, user.name)
    console.go("#/jobs")
    console.row("Set the owner").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("#/jobs/."))
    address = page.evaluate("location.hash")
    expect(console.main).to_contain_text("Checked")

    other = Console.open(make_browsing(), make_admin(stack), address)
    expect(other.main).to_contain_text("Checked")
    expect(other.button("Change 1 user")).to_have_count(0)

    console.button("Change 1 user").click()
    console.check_accessible()
    console.dialog.get_by_role("button", name="Change 1 user").click()
    expect(console.dialog).to_have_count(0)
    expect(console.row(user.name)).to_contain_text("Done")
    assert stack.admin("users.get", login_name=user.name)["owner"] == "after"


def test_a_checked_job_that_nobody_wants_is_cancelled_from_its_page(
    make_browsing: MakeBrowsing, stack: Running
) -> None:
    user = people.add(stack, mfa=False, owner="before")
    console = Console.open(make_browsing(), make_admin(stack), f"#/users?q={user.name}")
    console.go(f"#/jobs/{_check_owner(console, user.name)}")
    expect(console.main).to_contain_text("Checked, not started")
    console.button("Cancel job").click()
    console.dialog.get_by_role("button", name="Cancel job").click()
    expect(console.dialog).to_have_count(0)
    expect(console.main).to_contain_text("Cancelled")
    expect(console.button("Change 1 user")).to_have_count(0)
    expect(console.button("Cancel job")).to_have_count(0)
    assert stack.admin("users.get", login_name=user.name)["owner"] == "before"


def test_a_job_that_a_fault_has_stopped_goes_on_from_its_page(make_browsing: MakeBrowsing, stack: Running) -> None:
    user = people.add(stack, mfa=False, owner="before")
    console = Console.open(make_browsing(), make_admin(stack), f"#/users?q={user.name}")
    job_id = _check_owner(console, user.name)
    _stop_by_a_fault(stack, job_id)
    console.go(f"#/jobs/{job_id}")
    expect(console.main).to_contain_text("a fault on the server")
    console.check_accessible()
    console.button("Go on").click()
    expect(console.row(user.name)).to_contain_text("Done")
    expect(console.button("Go on")).to_have_count(0)
    assert stack.admin("users.get", login_name=user.name)["owner"] == "after"


def _check_owner(console: Console, name: str) -> str:
    """Selects the user of the list and has a change of the owner checked, and no more. The job's id."""
    console.page.get_by_label(f"Select {name}").check()
    console.button("Change selected users").click()
    console.dialog.get_by_label("What to do").select_option("set_owner")
    console.dialog.get_by_label("Owner").fill("after")
    with console.page.expect_response("**/v1/admin/jobs") as made:
        console.dialog.get_by_role("button", name="Check").click()
    expect(console.dialog.get_by_role("button", name="Change 1 user")).to_be_visible()
    console.dialog.get_by_role("button", name="Cancel").click()
    return str(made.value.json()["id"])


def _stop_by_a_fault(stack: Running, job_id: str) -> None:
    """Leaves the checked job as a fault on the server leaves one: started, and stopped with nobody changed."""
    key = {"pk": f"JOB#{job_id}", "sk": "#JOB"}
    job = json.loads(stack.table.get_item(Key=key)["Item"]["document"])
    now = job["previewed_at"]
    job |= {"state": "stopped", "reason": "internal_error", "started_at": now, "ended_at": now, "at": 0}
    stack.table.update_item(
        Key=key, UpdateExpression="SET document = :document", ExpressionAttributeValues={":document": json.dumps(job)}
    )
