"""The server listens to this computer only, and says what to do when it cannot."""

from __future__ import annotations

import gc
import os
import socket

import pytest

from review.app import frame, server
from review.domain.errors import NotAProject, ReviewError
from review.services.identity import SignIn
from review.services.project import create, open_project


@pytest.fixture
def root(tmp_path):
    create(tmp_path / "spines").close()
    return tmp_path / "spines"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org", ""])
def test_nobody_elses_computer_is_served_without_a_password(root, host):
    with pytest.raises(ReviewError, match=r"password.*127\.0\.0\.1"):
        server.serve(root, host=host, open_browser=False)


def test_a_port_in_use_is_named_with_another_one(root):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ReviewError, match=rf"{port} .* --port \d+"):
            server.serve(root, port=port, open_browser=False)


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(NotAProject):
        server.serve(tmp_path, open_browser=False)


def test_a_name_that_cannot_be_used_is_refused_before_serving(root, monkeypatch):
    monkeypatch.setenv(frame.PROJECT, "")
    with pytest.raises(ReviewError, match="name"):
        server.serve(root, port=0, reviewer="x" * 200, open_browser=False)
    assert frame.REVIEWER not in os.environ


def test_the_application_is_set_up_for_quick_and_private_use(root, monkeypatch):
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    from streamlit import config
    from streamlit.runtime import runtime

    monkeypatch.setattr(runtime, "MESSAGE_FLUSH_INTERVAL_SECS", 0.005)
    before = {option: config.get_option(option) for option in (*server._OPTIONS, "server.address", "server.port")}
    try:
        project = open_project(root)
        server._application(project, SignIn(), server.Place("127.0.0.1", 8501))
        project.close()
        assert frozen, "the libraries are set aside from garbage collection"
        assert config.get_option("runner.postScriptGC") is False
        assert config.get_option("browser.gatherUsageStats") is False
        assert config.get_option("server.enableXsrfProtection") is True
        assert config.get_option("server.address") == "127.0.0.1"
        assert "127.0.0.1" in config.get_option("server.allowedHosts")
        assert config.get_option("server.maxUploadSize") == 500
        assert runtime.MESSAGE_FLUSH_INTERVAL_SECS == 0.001, "this Streamlit still has the number that is changed"
    finally:
        for option, value in before.items():
            config.set_option(option, value)
        config.set_option("server.allowedHosts", [])
        config._main_script_path = None
