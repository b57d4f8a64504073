"""The handset's page: calls, WhatsApp, messages of AWS, and the panels that make the vendors fail, in Chromium."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]  # has no types
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from infra.local.testing import RunningStack

SENDER = "+12063125010"
TWIML = (
    '<Response><Say language="en-US" loop="2">Your code is <say-as interpret-as="digits">581883</say-as>.</Say>'
    "</Response>"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which(os.environ.get("CHROMIUM", "/usr/bin/chromium")) or shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium; CHROMIUM may name one")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATHS = {"Twilio": "/handset/faults", "AWS": "/handset/aws/faults"}


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, stack: RunningStack) -> Iterator[Page]:
    """The handset page. No script error and no violation of its policy is allowed."""
    context = browser.new_context(viewport=request.param, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    for path in PATHS.values():
        requests.delete(stack.base_url + path, timeout=10)
    opened.goto(f"{stack.base_url}/handset")
    yield opened
    context.close()
    for path in PATHS.values():
        requests.delete(stack.base_url + path, timeout=10)
    assert [line for line in problems if "400 (Bad Request)" not in line] == []


def create(stack: RunningStack, resource: str, **form: str) -> requests.Response:
    sid, token = stack.facts["twilio_account_sid"], stack.facts["twilio_auth_token"]
    url = f"{stack.facts['twilio_url']}/2010-04-01/Accounts/{sid}/{resource}.json"
    return requests.post(url, data={"From": SENDER, **form}, auth=(sid, token), timeout=10)


def aws(stack: RunningStack) -> Any:
    """A client that tries once."""
    return boto3.client(
        "pinpoint-sms-voice-v2",
        endpoint_url=stack.facts["sms_voice_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # no credential: signatures are not verified
        config=Config(retries={"total_max_attempts": 1}),
    )


def faults(stack: RunningStack, vendor: str = "Twilio") -> Any:
    return requests.get(stack.base_url + PATHS[vendor], timeout=10).json()


def opened(page: Page, vendor: str) -> Locator:
    """The panel of a vendor, open."""
    panel = page.get_by_role("complementary", name=vendor)
    panel.get_by_role("heading", name=vendor, exact=True).click()
    return panel


def check_accessible(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        results = AxeResults(page.evaluate("axe.run({resultTypes: ['violations']})"))
        assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_handset_distinguishes_calls_whatsapp_and_messages_of_aws(page: Page, stack: RunningStack) -> None:
    """A call shows what it says, can be played and copied as digits; WhatsApp has a colour of its own; AWS has a mark."""
    number = "+85261110001"
    content = requests.get(f"{stack.base_url}/handset/twilio", timeout=10).json()["contents"][0]["sid"]
    whatsapp = {"To": f"whatsapp:{number}", "From": f"whatsapp:{SENDER}", "ContentSid": content}
    assert create(stack, "Messages", **whatsapp, ContentVariables='{"1": "581884"}').status_code == 201
    assert create(stack, "Calls", To=number, Twiml=TWIML).status_code == 201
    page.goto(f"{stack.base_url}/handset?to=%2B{number[1:]}")
    call = page.get_by_role("listitem").filter(has_text="Your code is 5 8 1 8 8 3.").first
    expect(call.get_by_text("Call", exact=True)).to_be_visible()
    expect(call.get_by_role("button", name="Copy 581883")).to_be_visible()
    expect(call.get_by_role("button", name="Play")).to_be_visible()
    other = page.get_by_role("listitem").filter(has_text="581884 is your verification code").first
    expect(other.get_by_text("WhatsApp", exact=True)).to_be_visible()
    aws(stack).send_text_message(DestinationPhoneNumber=number, MessageBody="581885 is your code")
    third = page.get_by_role("listitem").filter(has_text="581885 is your code").first
    expect(third.get_by_text("AWS", exact=True)).to_be_visible()
    expect(call.get_by_text("AWS", exact=True)).to_have_count(0)
    colours = [item.locator(".body").evaluate("e => getComputedStyle(e).backgroundColor") for item in (call, other)]
    assert colours[0] != colours[1]
    check_accessible(page)


def test_a_fault_of_twilio_is_added_seen_and_ended(page: Page, stack: RunningStack) -> None:
    """A fault chosen in the panel takes effect at Twilio, and the panel shows it."""
    number = "+85261110002"
    panel = opened(page, "Twilio")
    panel.get_by_label("What goes wrong").select_option(label="Too many requests (429)")
    panel.get_by_label("Retry after, seconds").fill("7")
    panel.get_by_label("Only to this number").fill("+852 6111 0002")
    panel.get_by_role("button", name="Add").click()
    expect(panel.get_by_text("1 fault", exact=True)).to_be_visible()
    [rule] = faults(stack)
    assert rule == {
        "fault": "status",
        "status": 429,
        "retry_after": 7,
        "accept": False,
        "times": 1,
        "to": number,
    }
    assert faults(stack, "AWS") == []
    answer = create(stack, "Messages", To=number, Body="hi")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    expect(panel.get_by_text("works as usual", exact=True)).to_be_visible()
    line = panel.get_by_role("listitem").filter(has_text=f"Message to {number}").first
    expect(line).to_contain_text("429 20429")
    check_accessible(page)

    panel.get_by_label("What goes wrong").select_option(label="Undelivered")
    panel.get_by_label("Error code of the delivery").fill("30006")
    panel.get_by_label("How often").select_option(label="Until ended")
    panel.get_by_role("button", name="Add").click()
    text = f"Undelivered · 30006 · until ended · to {number}"
    expect(panel.get_by_text(text, exact=True)).to_be_visible()
    check_accessible(page)
    panel.get_by_role("button", name=f"End: {text}").click()
    expect(panel.get_by_text(text, exact=True)).to_have_count(0)
    assert faults(stack) == []


def test_a_fault_of_aws_is_added_seen_and_ended(page: Page, stack: RunningStack) -> None:
    """A fault chosen in the panel takes effect at AWS, and the panel shows it beside Twilio's."""
    number = "+85261110003"
    panel = opened(page, "AWS")
    panel.get_by_label("What goes wrong").select_option(label="Conflict with another reason")
    panel.get_by_label("Reason").fill("NUMBER_CAPABILITIES_MISMATCH")
    panel.get_by_label("Only to this number").fill(number)
    panel.get_by_role("button", name="Add").click()
    expect(panel.get_by_text("1 fault", exact=True)).to_be_visible()
    expect(page.get_by_role("complementary", name="Twilio").get_by_text("works as usual", exact=True)).to_be_visible()
    assert faults(stack) == []
    with pytest.raises(ClientError) as error:
        aws(stack).send_text_message(DestinationPhoneNumber=number, MessageBody="hi")
    assert error.value.response["Reason"] == "NUMBER_CAPABILITIES_MISMATCH"  # type: ignore[typeddict-item]
    line = panel.get_by_role("listitem").filter(has_text=f"SendTextMessage to {number}").first
    expect(line).to_contain_text("400 ConflictException")

    panel.get_by_label("What goes wrong").select_option(label="Carrier unreachable")
    panel.get_by_label("How often").select_option(label="Until ended")
    panel.get_by_role("button", name="Add").click()
    text = f"Carrier unreachable · until ended · to {number}"
    expect(panel.get_by_text(text, exact=True)).to_be_visible()
    configuration_set = stack.facts["sms_voice_configuration_set"]
    aws(stack).send_text_message(
        DestinationPhoneNumber=number, MessageBody="hi", ConfigurationSetName=configuration_set
    )
    told = panel.get_by_role("listitem").filter(has_text=f"TEXT_CARRIER_UNREACHABLE to {number}").first
    expect(told).to_be_visible()
    assert stack.messages(number) == []
    check_accessible(page)
    panel.get_by_role("button", name=f"End: {text}").click()
    expect(panel.get_by_text("works as usual", exact=True)).to_be_visible()
    assert faults(stack, "AWS") == []


@pytest.mark.parametrize("page", [DESK], indirect=True)
@pytest.mark.parametrize("vendor", PATHS)
def test_every_choice_of_a_panel_is_a_rule(page: Page, stack: RunningStack, vendor: str) -> None:
    """Every choice with its preset values is accepted and told by its name, and End all ends all of them."""
    panel = opened(page, vendor)
    choice, rules = panel.get_by_label("What goes wrong"), panel.get_by_role("region", name="In force")
    names = choice.locator("option").all_text_contents()
    assert len(names) > 15
    for count, name in enumerate(names, 1):
        choice.select_option(label=name)
        panel.get_by_role("button", name="Add").click()
        expect(rules.get_by_role("listitem")).to_have_count(count)
        expect(rules.get_by_role("listitem").last).to_contain_text(name)
    listed = faults(stack, vendor)
    assert requests.put(stack.base_url + PATHS[vendor], json=listed, timeout=10).json() == listed
    panel.get_by_role("button", name="End all").click()
    expect(panel.get_by_text(f"Nothing: {vendor} works as usual.")).to_be_visible()
    assert faults(stack, vendor) == []


@pytest.mark.parametrize("page", [PHONE], indirect=True)
@pytest.mark.parametrize("vendor", PATHS)
def test_a_rule_that_is_refused_says_why(page: Page, stack: RunningStack, vendor: str) -> None:
    panel = opened(page, vendor)
    panel.get_by_label("Only to this number").fill("nobody")
    panel.get_by_role("button", name="Add").click()
    expect(panel.get_by_role("alert")).to_contain_text("to cannot be 'nobody'")
    assert faults(stack, vendor) == []
