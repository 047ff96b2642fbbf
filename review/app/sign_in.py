"""Signing in with a password: the form, the two routes behind it, and the gate before the pages. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from review.app import menu
from review.app.person import cookie_name
from review.domain.errors import ReviewError
from review.services import accounts
from review.services.identity import SignIn
from review.services.project import Project

if TYPE_CHECKING:
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

LOGIN = "/auth/login"
LOGOUT = "/auth/logout"
_MOST_BYTES = 10_000  # of a form: a name, a password and where to go
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Scopewright</title>
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; color: CanvasText; background: Canvas; display: grid; min-height: 100vh; place-items: center; }
main { width: min(22rem, 90vw); padding: 1rem 0 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem .6rem; border: 1px solid #767676; border-radius: .4rem; }
button { font: inherit; font-weight: 600; margin: 1.4rem 0 1rem; padding: .55rem 1.2rem; border: 0; border-radius: .4rem;
  color: #fff; background: #2A6496; cursor: pointer; }
:focus-visible { outline: 3px solid #5b9bd5; outline-offset: 2px; }
.refusal { border-left: 4px solid #c62828; padding: .1rem .8rem; }
.quiet { font-size: .9rem; }
</style>
</head>
<body><main>
<h1>Sign in</h1>
<p>$title</p>
$refusal
<form method="post" action="$action">
<label for="login">Name or e-mail</label>
<input id="login" name="login" value="$login" autocomplete="username" required maxlength="200" $first>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200" $second>
<input type="hidden" name="next" value="$next">
<button type="submit">Sign in</button>
</form>
<p class="quiet">You have no password, or forgot it? An owner of the review gives you one.
You are signed in already? <a href="$next">Go on</a>.</p>
</main></body>
</html>
""")


def routes(project: Project, found: SignIn) -> list[Route]:
    """The form and the two routes that set and end the session."""
    from starlette.routing import Route

    async def form(request: Request) -> Response:
        return _form(project, going_to=request.query_params.get("next", ""))

    async def login(request: Request) -> Response:
        return await _login(request, project, found)

    async def logout(request: Request) -> Response:
        return await _logout(request, project, found)

    return [
        Route(LOGIN, form, methods=["GET"]),
        Route(LOGIN, login, methods=["POST"]),
        Route(LOGOUT, logout, methods=["POST"]),
    ]


def _form(project: Project, *, going_to: str, login: str = "", refusal: str = "", status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    said = f'<div class="refusal" role="alert"><p>{escape(refusal)}</p></div>' if refusal else ""
    page = _PAGE.substitute(
        title=escape(project.name),
        refusal=said,
        action=LOGIN,
        login=escape(login, quote=True),
        next=escape(_page(going_to), quote=True),
        first="" if login else "autofocus",
        second="autofocus" if login else "",
    )
    return HTMLResponse(page, status_code=status, headers=_HEADERS)


def _page(asked: str) -> str:
    """The page to go to: one of ours, never another site's."""
    parts = urlsplit(asked)
    known = {f"/{entry.address}" for entry in menu.PAGES}
    return parts.path if not parts.netloc and parts.path in known else "/"


async def _login(request: Request, project: Project, found: SignIn) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, RedirectResponse

    if not _from_here(request, found):
        return PlainTextResponse("This form was sent from another site, so it was not read.\n", status_code=403)
    fields = await _fields(request)
    login, password = fields.get("login", ""), fields.get("password", "")
    address = request.client.host if request.client else ""
    try:
        cookie = await run_in_threadpool(accounts.sign_in, project, login, password, address=address)
    except ReviewError as error:
        return _form(project, going_to=fields.get("next", ""), login=login, refusal=str(error), status=401)
    answer = RedirectResponse(_page(fields.get("next", "")), status_code=303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie_name(project), cookie, httponly=True, samesite="strict", secure=_is_secure(request, found), path="/"
    )
    return answer


async def _logout(request: Request, project: Project, found: SignIn) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, RedirectResponse

    if not _from_here(request, found):
        return PlainTextResponse("This form was sent from another site, so it was not read.\n", status_code=403)
    await run_in_threadpool(accounts.sign_out, project, request.cookies.get(cookie_name(project), ""))
    answer = RedirectResponse(LOGIN, status_code=303, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(cookie_name(project), path="/", httponly=True, samesite="strict")
    return answer


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return {}
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[0] for name, values in found.items()}


def _from_here(request: Request, found: SignIn) -> bool:
    """Whether a page of this app sent the form: the browser says in Origin where it came from."""
    origin = urlsplit(request.headers.get("origin", "")).netloc.casefold()
    ours = {request.headers.get("host", "").casefold(), urlsplit(found.url).netloc.casefold()} - {""}
    return origin in ours


def _is_secure(request: Request, found: SignIn) -> bool:
    return request.url.scheme == "https" or found.url.startswith("https://")


# The gate


class Gate:
    """Sends whoever opens a page without a session to the form. The page itself asks again at every run."""

    def __init__(self, app: ASGIApp, project: Project) -> None:
        self.app = app
        self.project = project

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _is_page(scope["path"]):
            await self.app(scope, receive, send)
            return
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import Request
        from starlette.responses import RedirectResponse

        cookie = Request(scope).cookies.get(cookie_name(self.project), "")
        if await run_in_threadpool(accounts.seat_of, self.project, cookie) is None:
            answer: Callable[[Scope, Receive, Send], Awaitable[None]] = RedirectResponse(
                f"{LOGIN}?next={quote(scope['path'])}", status_code=303, headers={"Cache-Control": "no-store"}
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_page(path: str) -> bool:
    return path == "/" or path.strip("/") in {"home", *(entry.address for entry in menu.PAGES)}


def gate(project: Project) -> Middleware:
    from starlette.middleware import Middleware

    return Middleware(Gate, project=project)
