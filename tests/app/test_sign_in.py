"""The form and the two routes behind it: who may send them, what the cookie is like, where one goes afterwards."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from review.app import sign_in
from review.app.person import cookie_name
from review.domain.team import TeamRole
from review.services import accounts, team
from review.services.identity import Mode, SignIn
from review.services.project import create

HOME = "http://review.test"
WORD = "four words in a row"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    before, accounts.COST = accounts.COST, {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    made = create(tmp_path_factory.mktemp("sign-in") / "a <b>review</b>")
    team.add(made, "Olga", role=TeamRole.OWNER)
    accounts.set_password(made, "Olga", WORD)
    yield made
    made.close()
    accounts.COST = before


class Asked:
    """A browser's requests to an application, with the cookies it was given."""

    def __init__(self, app, base):
        self.app, self.base, self.cookies = app, base, httpx.Cookies()

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, **how):
        return self.request("POST", path, **how)

    def request(self, method, path, **how):
        async def send():
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as browser:
                answer = await browser.request(method, path, **how)
                self.cookies = httpx.Cookies(browser.cookies)
                return answer

        return asyncio.run(send())


@contextmanager
def client(project, found=None, base=HOME):
    found = found or SignIn(mode=Mode.LOCAL)

    async def page(_request):
        return PlainTextResponse("the review")

    pages = [Route("/{rest:path}", page, methods=["GET"])]
    app = Starlette(routes=[*sign_in.routes(project, found), *pages], middleware=[sign_in.gate(project)])
    yield Asked(app, base)


def send(asked, login="Olga", password=WORD, origin=HOME, **fields):
    headers = {"origin": origin} if origin else {}
    return asked.post("/auth/login", data={"login": login, "password": password, **fields}, headers=headers)


@pytest.mark.parametrize("path", ["/", "/overview", "/screen", "/audit", "/screen/", "/home"])
def test_a_page_leads_to_the_form_before_and_opens_after_signing_in(project, path):
    with client(project) as asked:
        first = asked.get(path)
        assert first.status_code == 303
        assert first.headers["location"].startswith("/auth/login?next=")
        assert send(asked).status_code == 303
        assert asked.get(path).text == "the review"


def test_what_is_no_page_is_not_held_up(project):
    with client(project) as asked:
        assert asked.get("/_stcore/health").status_code == 200
        assert asked.get("/static/js/main.js").status_code == 200


def test_the_cookie_is_for_this_site_only_and_out_of_reach_of_scripts(project):
    with client(project) as asked:
        cookie = send(asked).headers["set-cookie"]
        assert cookie.startswith(f"{cookie_name(project)}=")
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie
    for found, base in ((SignIn(mode=Mode.LOCAL, url="https://review.test"), HOME), (None, "https://review.test")):
        with client(project, found, base) as asked:
            assert "Secure" in send(asked, origin="https://review.test").headers["set-cookie"]


@pytest.mark.parametrize("origin", ["", "null", "http://elsewhere.test", "http://review.test.elsewhere.test"])
def test_a_form_of_another_site_is_not_read(project, origin):
    with client(project) as asked:
        for answer in (send(asked, origin=origin), asked.post("/auth/logout", headers={"origin": origin})):
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


def test_behind_a_proxy_the_public_address_may_send_the_form(project):
    found = SignIn(mode=Mode.LOCAL, url="https://public.test/")
    with client(project, found) as asked:
        assert send(asked, origin="https://public.test").status_code == 303


@pytest.mark.parametrize(
    ("asked_for", "goes_to"),
    [
        ("/screen", "/screen"),
        ("/screen?reviewer=Bo", "/screen"),
        ("//elsewhere.test/screen", "/"),
        ("https://elsewhere.test/screen", "/"),
        ("/auth/logout", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_one_goes_on_to_a_page_of_this_review_and_nowhere_else(project, asked_for, goes_to):
    with client(project) as asked:
        assert send(asked, next=asked_for).headers["location"] == goes_to


def test_a_refusal_is_said_and_the_name_kept_and_nothing_is_markup(project):
    with client(project) as asked:
        answer = send(asked, login='"><script>alert(1)</script>', password="guess")
        assert answer.status_code == 401
        assert "The name or the password is not right." in answer.text
        assert 'role="alert"' in answer.text
        assert "<script" not in answer.text
        assert "<b>review" not in answer.text
        assert "guess" not in answer.text
        assert "set-cookie" not in answer.headers


def test_the_form_is_kept_by_nobody_and_shown_in_no_frame(project):
    with client(project) as asked:
        headers = asked.get("/auth/login").headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(project):
    with client(project) as asked:
        send(asked)
        kept = asked.cookies[cookie_name(project)]
        answer = asked.post("/auth/logout", headers={"origin": HOME})
        assert (answer.status_code, answer.headers["location"]) == (303, "/auth/login")
        assert accounts.seat_of(project, kept) is None
        asked.cookies.set(cookie_name(project), kept)
        assert asked.get("/overview").status_code == 303


def test_a_form_too_long_to_be_one_is_not_kept_in_memory(project):
    with client(project) as asked:
        assert send(asked, password="x" * 20_000).status_code == 401


def test_signing_out_needs_more_than_an_address_in_a_link(project):
    with client(project) as asked:
        send(asked)
        assert asked.get("/auth/logout").status_code == 200  # a page that is not there: nothing was ended
        assert asked.get("/overview").text == "the review"
