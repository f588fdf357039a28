"""Serve an application on a port of this machine, from a thread."""

import threading
from contextlib import contextmanager

from waitress import wasyncore
from waitress.server import create_server


@contextmanager
def serve_in_thread(app, port=0, threads=4):
    """Yield the address at which the application answers; 0 is a free port."""
    server = create_server(app.wsgi_app, host="127.0.0.1", port=port, threads=threads)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In the thread of its loop. A browser keeps connections open, and the loop ends with the last.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
    assert not thread.is_alive()
