"""Two hosts go to the next version one after the other, and the tables too, while visitors ask for feeds: none fails."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from calendar_service.store.engine import reading
from tests.support.next_version import make_next_version
from tests.support.proof_deployment import ENVIRONMENT
from tests.support.proof_hosts import Visitors, print_numbers, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


def upgrade(host, program):
    environment = ENVIRONMENT | host.settings | {"PYTHONPATH": str(program)}
    command = [sys.executable, "-c", "from calendar_service.cli.main import main; main(['db', 'upgrade'])"]
    subprocess.run(command, cwd=host.folder, env=environment, check=True, capture_output=True)


def restart(hosts, program):
    for host in hosts:
        host.stop()
        host.start(program)
        host.wait_until_ready()


@pytest.mark.parametrize("order", ["tables first", "programs first"])
def test_no_request_fails_in_an_upgrade(tmp_path, database_url, database, order):
    (tmp_path / "next").mkdir()
    after = make_next_version(tmp_path / "next")
    with running(tmp_path, database_url) as (_, hosts), Visitors(hosts, pause=0.02).asking() as visitors:
        time.sleep(3)
        steps = [lambda: upgrade(hosts[0], after), lambda: restart(hosts, after)]
        for step in steps if order == "tables first" else reversed(steps):
            step()
            time.sleep(3)
    with reading(database) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9000"
        assert connection.scalar(text("SELECT max(of_the_next_version) FROM editions")) == 7
    took = sorted(answered - began for began, answered, *_ in visitors.answers)
    print_numbers(
        order,
        answers=len(took),
        failed=len(visitors.failed),
        asked_again_of_the_other_host=visitors.asked_again,
        slowest=round(took[-1], 2),
        entity_tags=len({(path, tag) for _, _, path, _, tag in visitors.answers}),
    )
    assert visitors.failed == []
    assert len({(path, tag) for _, _, path, _, tag in visitors.answers}) == len(
        {path for _, _, path, *_ in visitors.answers}
    )
