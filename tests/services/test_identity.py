"""How people sign in: the settings, where secrets stand, and what is not served to others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.team import TeamRole
from review.services import identity, team
from review.services.identity import Mode, SignIn
from review.services.project import CONFIG, Project, create


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = create(tmp_path_factory.mktemp("identity") / "review")
    team.add(project, "Olga", role=TeamRole.OWNER)
    yield project
    project.close()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = create(tmp_path_factory.mktemp("identity") / "review")
    yield project
    project.close()


def configured(project: Project, auth: str) -> None:
    path = project.root / CONFIG
    path.write_text(path.read_text(encoding="utf-8") + f"\n[auth]\n{auth}\n", encoding="utf-8")


def test_without_a_word_on_it_the_mode_is_solo(people: Project) -> None:
    assert identity.settings(people.root, {}) == SignIn()


def test_the_environment_outranks_the_file_and_holds_the_secrets(fresh: Project) -> None:
    configured(fresh, 'mode = "local"\nurl = "https://review.example.org/"')
    assert identity.settings(fresh.root, {}).mode is Mode.LOCAL
    found = identity.settings(fresh.root, {identity.MODE: "header", identity.HEADER_SECRET: "s3cret"})
    assert (found.mode, found.secret) == (Mode.HEADER, "s3cret")
    with pytest.raises(Missing, match="way to sign in"):
        identity.settings(fresh.root, {identity.MODE: "none"})


@pytest.mark.parametrize(
    ("auth", "words"),
    [('client_secret = "x"', "environment"), ('mood = "local"', "mode, url"), ("mode = 3", "quotation marks")],
)
def test_a_setting_that_is_wrong_is_refused_with_what_to_do(fresh: Project, auth: str, words: str) -> None:
    configured(fresh, auth)
    with pytest.raises(BadInput, match=words):
        identity.settings(fresh.root, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_computer_every_mode_may_be_served(people: Project, host: str) -> None:
    for found in (SignIn(), SignIn(mode=Mode.LOCAL), SignIn(mode=Mode.HEADER)):
        identity.check_start(people, found, host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "review.example.org", ""])
def test_for_others_the_app_is_served_only_where_people_sign_in(people: Project, host: str) -> None:
    with pytest.raises(ReviewError, match=r"password.*review people add"):
        identity.check_start(people, SignIn(), host)
    with pytest.raises(ReviewError, match=r"send the header.*REVIEW_HEADER_SECRET"):
        identity.check_start(people, SignIn(mode=Mode.HEADER), host)
    identity.check_start(people, SignIn(mode=Mode.HEADER, secret="x"), host)
    identity.check_start(people, SignIn(mode=Mode.LOCAL), host)


def test_a_provider_is_asked_only_with_all_its_settings(people: Project) -> None:
    whole = {"client_id": "a", "metadata_url": "b", "secret": "c"}
    identity.check_start(people, SignIn(mode=Mode.OIDC, **whole), "0.0.0.0")
    for missing in whole:
        some = {name: value for name, value in whole.items() if name != missing}
        with pytest.raises(ReviewError, match=r"missing|not set"):
            identity.check_start(people, SignIn(mode=Mode.OIDC, **some), "127.0.0.1")


def test_no_mode_with_sign_in_begins_without_an_owner(fresh: Project) -> None:
    for mode in (Mode.LOCAL, Mode.HEADER):
        with pytest.raises(ReviewError, match="Add an owner first"):
            identity.check_start(fresh, SignIn(mode=mode), "127.0.0.1")
