"""Signing in with a real browser: by password, through a provider, behind a proxy, and on one's own computer."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import free_port, unavailable

from review.domain.team import TeamRole
from review.services import accounts, identity, team
from review.services.project import CONFIG, create, open_project
from tests.browser.conftest import PATIENCE, Ended, Served, answers
from tests.browser.front import proxy

pytestmark = pytest.mark.browser

WORD = "four words in a row"
PEOPLE = {"Olga Owner": TeamRole.OWNER, "Rae Lima": TeamRole.REVIEWER, "Lee Reader": TeamRole.READER}
LONG = PATIENCE


def mail(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].casefold()}@example.org"


@pytest.fixture(scope="module")
def team_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three accounts that each can be taken up in any way."""
    project = create(tmp_path_factory.mktemp("signing-in") / "shared")
    for name, role in PEOPLE.items():
        team.add(project, name, role=role, email=mail(name))
        accounts.set_password(project, name, WORD)
    project.close()
    return project.root


def served(root: Path, place: Path, auth: str) -> Iterator[Served]:
    shutil.copytree(root, place)
    path = place / CONFIG
    path.write_text(path.read_text(encoding="utf-8") + f"\n[auth]\n{auth}\n", encoding="utf-8")
    running = Served(place)
    yield running
    running.stop()


@pytest.fixture
def page(browser):
    with browser.new_context() as context:
        yield context.new_page()


def shown(page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=LONG)


# With a password


@pytest.fixture(scope="module")
def local(team_of_three, tmp_path_factory):
    yield from served(team_of_three, tmp_path_factory.mktemp("local") / "shared", 'mode = "local"')


def sign_in(page, name: str, word: str = WORD) -> None:
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password").fill(word)
    with page.expect_navigation():  # else what the form said before could be read once more
        page.get_by_role("button", name="Sign in").click()


def test_a_page_asks_for_the_password_and_then_opens_also_after_a_reload(page, local):
    page.goto(f"{local.address}/audit")
    assert page.url == f"{local.address}/auth/login?next=/audit"
    sign_in(page, "Rae Lima", "guess it")
    assert page.get_by_role("alert").inner_text().startswith("The name or the password is not right.")
    assert page.get_by_label("Name or e-mail").input_value() == "Rae Lima"
    sign_in(page, "Rae Lima")
    page.wait_for_url(f"{local.address}/audit")
    page.get_by_role("heading", name="Audit").wait_for(timeout=LONG)
    shown(page, "Rae Lima, reviewer")
    page.reload()
    shown(page, "Rae Lima, reviewer")
    [cookie] = [one for one in page.context.cookies() if one["name"].startswith("review_")]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert "review_" not in page.evaluate("document.cookie")


def test_signing_out_closes_every_page_of_the_browser(page, local):
    page.goto(f"{local.address}/overview")
    sign_in(page, mail("Lee Reader"))
    shown(page, "Lee Reader, reader")
    other = page.context.new_page()
    other.goto(f"{local.address}/flow")
    shown(other, "Lee Reader, reader")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for(timeout=LONG)
    other.reload()
    other.get_by_label("Password").wait_for(timeout=LONG)
    assert "/auth/login" in other.url


def test_people_see_the_pages_of_their_role(page, local):
    page.goto(f"{local.address}/overview")
    sign_in(page, "Lee Reader")
    shown(page, "Lee Reader, reader")
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Flow diagram").wait_for(timeout=LONG)
    assert [menu.get_by_role("link", name=name, exact=True).count() for name in ("People", "Screen", "Import")] == [
        0
    ] * 3
    page.goto(f"{local.address}/people")
    shown(page, "Lee Reader, reader")
    assert page.get_by_role("heading", name="Take somebody in").count() == 0


def test_whoever_is_taken_out_is_out_at_the_next_step(browser, local):
    with browser.new_context() as first, browser.new_context() as second:
        owner, reader = first.new_page(), second.new_page()
        owner.goto(f"{local.address}/people")
        sign_in(owner, "Olga Owner")
        owner.get_by_role("heading", name="Take somebody in").wait_for(timeout=LONG)
        reader.goto(f"{local.address}/overview")
        sign_in(reader, "Lee Reader")
        shown(reader, "Lee Reader, reader")
        project = open_project(local.root)
        team.deactivate(project, "Lee Reader")
        reader.get_by_test_id("stSidebar").get_by_role("link", name="Flow diagram").click()
        reader.get_by_role("heading", name="Sign in").wait_for(timeout=LONG)
        reader.reload()
        sign_in(reader, "Lee Reader")
        assert "does not take part" in reader.get_by_role("alert").inner_text()
        team.activate(project, "Lee Reader")
        project.close()


def test_after_five_wrong_passwords_the_form_says_how_long_to_wait(page, local):
    page.goto(f"{local.address}/auth/login")
    for _ in range(5):
        sign_in(page, "Somebody Else", "guess it")
        page.get_by_role("alert").wait_for(timeout=LONG)
    sign_in(page, "Somebody Else", "guess it")
    assert "waits for 15 minutes" in page.get_by_role("alert").inner_text()


def test_the_session_outlives_a_restart_of_the_server(page, local):
    page.goto(f"{local.address}/overview")
    sign_in(page, "Rae Lima")
    shown(page, "Rae Lima, reviewer")
    local.kill()
    local.start()
    page.goto(f"{local.address}/overview")
    shown(page, "Rae Lima, reviewer")


def test_the_form_needs_no_mouse(page, local):
    page.goto(f"{local.address}/auth/login?next=/flow")
    page.wait_for_function("document.activeElement.id === 'login'")
    page.keyboard.type("Rae Lima")
    page.keyboard.press("Tab")
    page.keyboard.type(WORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{local.address}/flow")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_readable_for_everybody(browser, local, scheme):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    with browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.set_content(context.request.get(f"{local.address}/auth/login").text())
        page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
        said = "v => [v.id, ...v.nodes.map(n => n.html + n.failureSummary)]"
        assert page.evaluate(f"axe.run(document).then(found => found.violations.map({said}))") == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# Through a provider


@pytest.fixture(scope="module")
def provider():
    """A provider that vouches for Rae with a verified address, and for two others who are not on the list."""
    if importlib.util.find_spec("oidc_provider_mock") is None:
        unavailable("oidc-provider-mock is not installed")
    claims = [
        {"sub": "1001", "email": mail("Rae Lima"), "email_verified": True, "name": "R. Lima"},
        {"sub": "1002", "email": mail("Olga Owner"), "email_verified": False, "name": "Mallory"},
        {"sub": "1003", "email": "stranger@example.org", "email_verified": True, "name": "A Stranger"},
    ]
    said = [part for one in claims for part in ("--user-claims", json.dumps(one))]
    try:
        running, address = begun(said)
    except Ended:  # between asking for a port and listening there, another program may have taken it
        running, address = begun(said)
    with running:
        yield address
        running.terminate()


def begun(said: list[str]) -> tuple[subprocess.Popen[bytes], str]:
    port, quiet = free_port(), subprocess.DEVNULL
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *said]
    running, address = subprocess.Popen(command, stdout=quiet, stderr=quiet), f"http://127.0.0.1:{port}"
    answers(f"{address}/.well-known/openid-configuration", running)
    return running, address


@pytest.fixture(scope="module")
def oidc(team_of_three, provider, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(identity.OIDC_SECRET, "known to both")
        auth = f'mode = "oidc"\nclient_id = "scopewright"\nmetadata_url = "{provider}/.well-known/openid-configuration"'
        yield from served(team_of_three, tmp_path_factory.mktemp("oidc") / "shared", auth)


def through_provider(page, address: str, subject: str) -> None:
    page.goto(f"{address}/overview")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=subject, exact=True).first.click()


def test_the_provider_vouches_and_the_invitation_is_taken_up(page, oidc):
    through_provider(page, oidc.address, "1001")
    shown(page, "Rae Lima, reviewer")
    page.reload()
    shown(page, "Rae Lima, reviewer")
    assert page.get_by_test_id("stSidebar").get_by_role("link", name="People", exact=True).count() == 0
    project = open_project(oidc.root)
    member = next(m for m in team.members(project) if m.name == "Rae Lima")
    project.close()
    assert member.vouched.startswith("http://127.0.0.1")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/overview" not in url)  # the provider is told, too
    page.goto(f"{oidc.address}/overview")
    page.get_by_role("button", name="Sign in", exact=True).wait_for(timeout=LONG)


@pytest.mark.parametrize("subject", ["1002", "1003"])
def test_whoever_is_not_on_the_list_or_not_verified_stays_outside(page, oidc, subject):
    through_provider(page, oidc.address, subject)
    shown(page, "not on the list of this review")
    assert page.get_by_test_id("stSidebar").get_by_role("link", name="Overview").count() == 0


# Behind a proxy


@pytest.fixture(scope="module")
def behind(team_of_three, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(identity.HEADER_SECRET, "between proxy and app")
        yield from served(team_of_three, tmp_path_factory.mktemp("header") / "shared", 'mode = "header"')


SECRET = {"X-Review-Secret": "between proxy and app"}


def test_the_proxy_says_who_it_is(page, behind):
    with proxy(behind.port, {**SECRET, "X-Forwarded-Email": mail("Olga Owner")}) as address:
        page.goto(f"{address}/people")
        shown(page, "Olga Owner, owner")
        page.get_by_role("heading", name="Take somebody in").wait_for(timeout=LONG)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({**SECRET, "X-Forwarded-Email": "stranger@example.org"}, "not on the list of this review"),
        ({**SECRET}, "Nobody signed you in"),
        ({"X-Forwarded-Email": mail("Olga Owner")}, "did not come through the proxy"),
        ({"X-Review-Secret": "guess", "X-Forwarded-Email": mail("Olga Owner")}, "did not come through the proxy"),
    ],
)
def test_nobody_else_says_it(page, behind, headers, said):
    with proxy(behind.port, headers) as address:
        page.goto(f"{address}/people")
        shown(page, said)
        assert page.get_by_text("Olga Owner").count() == 0
