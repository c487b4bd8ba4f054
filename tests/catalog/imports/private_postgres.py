"""A PostgreSQL server of one's own, reached through a socket in a folder, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, None if there is no server to start."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = Path(found) if found else debian[-1] if debian else None
    return None if path is None else path.parent


def _user() -> str | None:
    """Whom to run as: PostgreSQL refuses to be run by root."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives the folder of its socket. The superuser is `owner` with any password."""
    folder, user, bin_ = Path(mkdtemp(prefix="pg-", dir="/tmp")), _user(), programs()
    assert bin_ is not None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_ / program), "-D", str(data), *arguments]
        done = subprocess.run(
            command, user=user, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert done.returncode == 0, done.stdout

    try:
        run("initdb", "-U", "owner", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c autovacuum=off"
        run("pg_ctl", "-w", "-t", "120", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield str(folder)
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
