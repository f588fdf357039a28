"""A web server's process: its application and the threads beside it."""

from calendar_service.settings import read_settings
from calendar_service.web_process import make_web_process

GOOD = """\
calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}
records:
  - {id: one, kind: event, title: One, when: 4 May 2027}
  - {id: two, kind: event, title: Two, when: 5 May 2027}
"""


def held_by(process):
    """Return the edition of each that holds one: what publishes, what serves, what sends."""
    process.cache.refresh()
    return process.worker.loaded.edition, process.cache.edition(), process.worker._reminder_service.edition()


def test_a_process_holds_one_copy_of_the_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "events.yaml"
    file.write_text(GOOD, encoding="utf-8")
    settings = read_settings({"CALENDAR_FILE": str(file)})
    process = make_web_process(settings)
    first, *others = held_by(process)
    assert all(each is first for each in others)

    file.write_text(GOOD.replace("Two", "The second"), encoding="utf-8")
    process.worker.publish()
    second, served, _ = held_by(process)
    assert second.number == 2
    assert served is second
    assert second.entries["one"] is first.entries["one"]

    again = make_web_process(settings)
    first, *others = held_by(again)
    assert all(each is first for each in others)
    assert first.entries == second.entries
    for each in (process, again):
        each.stop()
        each.cache.engine.dispose()
