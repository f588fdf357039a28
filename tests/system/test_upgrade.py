"""Two versions of the program on one PostgreSQL: the one after waits for its tables, the one before goes on with them."""

import subprocess

import pytest

from tests.support.next_version import make_next_version
from tests.support.running_service import PROGRAM, SIGN_UP, calendar, copies, free_port, in_folder, serve, stop

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def run(made, *words):
    return subprocess.run(
        [PROGRAM, *words], cwd=made.folder, env=made.environment, capture_output=True, text=True, check=False
    )


def test_the_next_version_waits_for_its_tables(tmp_path, database_url):
    (tmp_path / "next").mkdir()
    (tmp_path / "here").mkdir()
    after = make_next_version(tmp_path / "next")
    with in_folder(tmp_path / "here", database_url) as made:
        before = dict(made.environment)
        first, port = serve(made), made.port
        made.wait_until(lambda: copies(made), 5)

        made.environment["PYTHONPATH"] = str(after)
        made.port = free_port()
        second, later = serve(made), made.port
        made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 10)
        status, headers, _ = made.get("/reminders", data=SIGN_UP)
        assert (status, headers["Retry-After"]) == (503, "60")
        words = "The tables of the database are of an earlier version."
        made.wait_until(lambda: words in [each["reason"] for each in made.ready()["faults"]], 15)
        assert made.get("/readyz")[0] == 200
        refused = run(made, "publish")
        assert (refused.returncode, "calendar-service db upgrade" in refused.stderr) == (1, True), refused.stderr

        done = run(made, "db", "upgrade")
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n"), done.stderr
        made.wait_until(lambda: made.get("/reminders", data=SIGN_UP)[0] == 200, 10)
        made.wait_until(lambda: "database" not in made.kinds(), 20)

        made.environment, made.port = before, port
        assert made.get("/reminders", data=SIGN_UP)[0] == 200
        stop(second)
        made.file.write_text(calendar("Two"))
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 15)
        assert run(made, "db", "upgrade").returncode == 0
        stop(first)
        serve(made)
        made.wait_until(lambda: ":Two\r\n" in made.get("/calendar.ics")[2], 15)
        assert made.get("/reminders", data=SIGN_UP)[0] == 200
        assert "database" not in made.kinds()
        assert later != port
