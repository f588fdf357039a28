"""How cost grows with the number of records: exponents; 1 is in proportion."""

import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.calendars import NOW, SHORT, read_draft, write_file
from bench.measure import growth, row
from bench.reminders import enter_group
from calendar_service.reminders.scheduling import Planner
from calendar_service.settings import read_settings
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, sqlite_url, writing
from calendar_service.store.migrate import run_migrations
from calendar_service.store.publication import publish_draft
from calendar_service.web.app import create_app, edition_cache
from calendar_service.web.inprocess import ask_application

SIZES = (1_000, 3_000, 10_000, 30_000)
GROUPS = 100


def published(folder, number):
    """Return the URL of a database with an edition of so many records."""
    url = sqlite_url(Path(folder, f"{number}.sqlite3"))
    engine = open_engine(url)
    run_migrations(engine)
    publish_draft(engine, read_draft(write_file(number, texts=SHORT)), NOW - timedelta(days=9))
    engine.dispose()
    return url


def loading(folder, size):
    url = published(folder, size)
    return lambda: load_edition(open_engine(url))


def sitemap(folder, size):
    url = published(folder, size)

    app = create_app(read_settings({}), open_engine(url), lambda: NOW, keys=("k" * 32,))
    edition_cache(app).refresh()
    return partial(ask_application(app), "/sitemap.xml")


def planning(folder, size):
    url = published(folder, size)
    engine = open_engine(url)
    edition = load_edition(engine)
    with writing(engine) as connection:
        for number in range(1, GROUPS + 1):
            enter_group(connection, number, NOW - timedelta(days=8))
    engine.dispose()
    return lambda: Planner(open_engine(url)).fan_out(edition, NOW)


def grown(prepare):
    with tempfile.TemporaryDirectory() as folder:
        return growth(partial(prepare, folder), SIZES)


@row("exponent of loading an edition, 1,000 to 30,000 records", most=1.1)
def load():
    return grown(loading)


@row("exponent of the sitemap, the edition loaded before", most=1.1)
def map_of_site():
    return grown(sitemap)


@row("exponent of a planner with 100 groups", most=1.1)
def plan():
    return grown(planning)
