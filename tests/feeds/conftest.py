import threading

import pytest
from feed_service import EVENTS, PUBLISHED, open_service, publish_rich
from waitress.server import create_server


@pytest.fixture
def service(tmp_path):
    opened = open_service(tmp_path)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def rich(tmp_path_factory):
    opened = open_service(tmp_path_factory.mktemp("rich"))
    publish_rich(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def programme(tmp_path_factory):
    opened = open_service(tmp_path_factory.mktemp("programme"))
    opened.publish(EVENTS.read_text(encoding="utf-8"), PUBLISHED)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def live():
    """Give a function that serves a service on a port of this machine."""
    running = []

    def start(service):
        server = create_server(service.app.wsgi_app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield start
    for server, thread in running:
        server.trigger.pull_trigger(server.close)  # in its own thread, as its loop wants
        thread.join(10)
        assert not thread.is_alive()
