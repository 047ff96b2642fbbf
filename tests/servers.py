"""Real servers for tests, started on free loopback ports and stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def unavailable(reason: str) -> None:
    """Skip, or fail where everything must be there (REVIEW_REQUIRE_ALL=1, set in CI)."""
    if os.environ.get("REVIEW_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (REVIEW_REQUIRE_ALL=1 turns this skip into a failure)", pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl of PostgreSQL, or None."""
    debian = Path("/usr/lib/postgresql/15/bin")
    if (debian / "initdb").exists():
        return debian
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgres(programs: Path, *, durable: bool = False) -> Iterator[str]:
    """A fresh PostgreSQL cluster; its address without a database name. It refuses to run as root, so root hands over.

    `durable`: a commit waits until it is on the disk, as wherever it matters; tests do not wait.
    """
    folder = Path(tempfile.mkdtemp(prefix="scopewright-pg-"))
    data = folder / "data"
    prefix: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        prefix = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, str(programs / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("initdb", "-D", str(data), "-U", "review", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")

    def start(port: int) -> int:
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{folder}'"
        options += "" if durable else " -c fsync=off -c full_page_writes=off -c max_wal_size=128MB"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "-t", "240", "start")
        return port

    try:
        port = start(free_port())
    except subprocess.CalledProcessError:
        port = start(free_port())  # between asking for a port and listening there, another program may have taken it
    try:
        yield f"postgresql://review@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
