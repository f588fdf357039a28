"""Many connections to a new SQLite file at once: each turns WAL on, and none is turned away."""

import threading

from calendar_service.store.engine import open_engine, sqlite_url


def test_many_enter_wal_at_once(tmp_path):
    for attempt in range(30):
        url = sqlite_url(tmp_path / f"{attempt}.sqlite3")
        gate, faults = threading.Barrier(8), []

        def enter(url=url, gate=gate, faults=faults):
            engine = open_engine(url)
            gate.wait()
            try:
                with engine.connect() as connection:
                    assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            except Exception as fault:  # noqa: BLE001 (whatever it is, the test shall show it)
                faults.append(fault)
            engine.dispose()

        threads = [threading.Thread(target=enter) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
