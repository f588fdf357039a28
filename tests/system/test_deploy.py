"""The files in deploy/, tried with the programs that read them."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url

from calendar_service.settings import read_settings
from tests.support.calendar_files import wait_until
from tests.support.paths import ROOT
from tests.support.proxies import DEPLOY, NAME, SBIN, caddy, nginx
from tests.support.running_service import PROGRAM, SIGN_UP, free_port, in_folder, serve

SLOW = 200


def needs(program):
    return pytest.mark.skipif(not shutil.which(program, path=SBIN), reason=f"needs {program}")


# -- systemd --------------------------------------------------------------------------------------------------------


@needs("systemd-analyze")
@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").iterdir()))
def test_units_are_understood_by_systemd(tmp_path, unit):
    text = (DEPLOY / "systemd" / unit).read_text()
    text = text.replace("/srv/calendar-service/.venv/bin/", f"{PROGRAM.parent}/")
    text = text.replace("file:///srv/calendar-service/docs/operating.md", f"file://{ROOT}/docs/operating.md")
    (tmp_path / unit).write_text(text.replace("User=calendar", "User=root").replace("Group=calendar", "Group=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit in line]) == (0, [])


def command_of(unit):
    (line,) = re.findall(r"^ExecStart=(.*)$", (DEPLOY / "systemd" / unit).read_text(), re.MULTILINE)
    return line.split()


def command_of_the_image():
    (line,) = re.findall(r"^CMD (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    return json.loads(line)


@pytest.mark.parametrize("command", [command_of("calendar-web.service"), command_of_the_image()], ids=["unit", "image"])
def test_the_command_of_many_machines_serves_and_ends(tmp_path, command):
    with in_folder(tmp_path) as made:
        del made.environment["PYTHONPATH"]  # as installed, without the folder of the program
        words = [str(made.port) if word == "8000" else word for word in command]
        serve(made, PROGRAM.with_name(Path(words[0]).name), *words[1:])
        made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 20)


def test_the_commands_of_one_machine_and_of_a_worker_are_commands():
    for unit, name in (("calendar-serve.service", "serve"), ("calendar-worker.service", "worker")):
        program, *words = command_of(unit)
        assert (Path(program).name, words) == (PROGRAM.name, [name])


# -- compose and image ----------------------------------------------------------------------------------------------


def test_compose_names_what_is_there():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    web = compose["services"]["web1"]
    assert (DEPLOY / ".." / web["build"]["dockerfile"]).exists()
    mounted = [each.split(":")[0] for each in compose["services"]["proxy"]["volumes"] if each.startswith("./nginx")]
    assert all((DEPLOY / each).exists() for each in mounted)
    servers = re.findall(r"server (\w+):8000", (DEPLOY / "nginx" / "upstream-compose.conf").read_text())
    assert servers == ["web1", "web2"]
    assert set(servers) <= compose["services"].keys()


def test_the_secrets_of_compose_can_be_read_in_its_containers(tmp_path):
    """Compose mounts the files as they are on the host, where user 10001 of the image owns none."""
    text = (DEPLOY / "compose.yaml").read_text()
    commands = re.findall(r"^#   (mkdir .*|python3 .*|echo .*|chmod .*|\(umask .*)$", text, re.MULTILINE)
    subprocess.run(["sh", "-ec", "\n".join(["umask 077", *commands])], cwd=tmp_path, check=True)
    compose = yaml.safe_load(text)
    files = {name: tmp_path / "deploy" / each["file"] for name, each in compose["secrets"].items()}
    assert {oct(path.stat().st_mode & 0o777) for path in files.values()} == {"0o644"}
    assert (tmp_path / "deploy" / "secrets").stat().st_mode & 0o777 == 0o700
    web = compose["services"]["web1"]
    assert "passfile" not in str(web)  # libpq ignores one that others may read
    environment = {
        name: str(files[value.removeprefix("/run/secrets/")])
        if name in ("CALENDAR_SECRET_KEY_FILE", "CALENDAR_DATABASE_URL_FILE")
        else value
        for name, value in web["environment"].items()
    }
    url = make_url(read_settings(environment).database_url)
    assert (url.username, url.password, url.host) == ("calendar", files["database-password"].read_text(), "database")


def test_the_image_can_back_up_the_database_of_compose():
    image = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["database"]["image"]
    clients = re.findall(r"postgresql-client-(\d+)", (DEPLOY / "Containerfile").read_text())
    assert [int(version) >= int(image.rpartition(":")[2]) for version in clients] == [True]


def test_the_image_copies_what_is_there_and_is_not_root():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert "USER 10001:10001" in lines


# -- proxies --------------------------------------------------------------------------------------------------------


@contextmanager
def behind(folder, proxy):
    """Two servers on one database behind a proxy."""
    with ExitStack() as stack:
        made = stack.enter_context(in_folder(folder))
        made.environment |= {"CALENDAR_BASE_URL": f"https://{NAME}", "CALENDAR_TRUSTED_PROXIES": "1"}
        ports = []
        for _ in range(2):
            made.port = free_port()
            serve(made)
            ports.append(made.port)
        made.proxy = stack.enter_context(proxy(folder, ports))
        made.wait_until(made.proxy.is_up, 20)
        yield made


@contextmanager
def slow_clients(proxy, count):
    """Connections that send a byte of a form every half second."""
    head = f"POST /reminders HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\n"
    clients = []
    for _ in range(count):
        raw = socket.create_connection(("127.0.0.1", proxy.port), 10)
        client = proxy.context.wrap_socket(raw, server_hostname=NAME)
        client.sendall(head.encode())
        clients.append(client)
    stop = threading.Event()

    def drip():
        while not stop.wait(0.5):
            for client in clients:
                with suppress(OSError):
                    client.send(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for client in clients:
            client.close()


HIDDEN = (
    "/reminders/manage/secret-token?x=secret-query",
    "/fr/preview/secret-token",
    "//preview/secret-token",
    "/%72eminders/manage/secret-token",
    "/fr%2Fpreview/secret-token",
    "/./preview/secret-token",
    "/month/../admin/sign-in/secret-token",
)


def check_proxy(made, too_long=(413,)):
    proxy = made.proxy
    assert proxy.get("/calendar.ics")[0] == 200
    with slow_clients(proxy, SLOW):
        took = [proxy.get(path) for path in ("/calendar.ics", "/", "/healthz") * 5]
        assert proxy.get("/reminders", body=SIGN_UP)[0] == 200
    assert {status for status, _, _ in took} == {200}
    print(f"{SLOW} slow clients, slowest answer {max(seconds for _, _, seconds in took):.2f} s")  # noqa: T201
    assert max(seconds for _, _, seconds in took) < 1
    assert proxy.get("/reminders", body=b"a" * 70_000)[0] in too_long
    # Where the key of the cache leaves little room for the head of the response; as long as a selection may be; longer.
    lengths = [proxy.get(f"/calendar.ics?country={','.join(['FR'] * many)}")[0] for many in (1120, 1366, 2000)]
    assert lengths == [200, 200, 400]
    for path in HIDDEN:
        proxy.get(path)
    # One server goes: nobody notices.
    made.processes[0].kill()
    made.processes[0].wait()
    answers = [proxy.get(path)[0] for path in ("/calendar.ics", "/", "/events/one", "/reminders") * 5]
    assert set(answers) == {200}


def check_log(made, words):
    text = (made.folder / "access.log").read_text()
    assert words in text
    assert "secret" not in text


@needs("nginx")
def test_nginx(tmp_path):
    with behind(tmp_path, nginx) as made:
        check_proxy(made)
        made.proxy.get("/calendar.ics")
        for path in ("/%70review/secret-token", "/./reminders/manage/secret-token", "/x/../preview/secret-token"):
            made.proxy.get(path)
        made.processes[1].kill()
        made.processes[1].wait()
        time.sleep(2.5)  # as long as the micro-cache is fresh
        status, body, _ = made.proxy.get("/calendar.ics")
        assert (status, "BEGIN:VCALENDAR" in body) == (200, True)
        assert made.proxy.get("/readyz")[0] == 502
        check_log(made, '"/reminders/..."')


@contextmanager
def echo():
    """A server whose response lists the header fields that have come; yields its port."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps([(name.lower(), value) for name, value in self.headers.items()]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    "proxy", [pytest.param(nginx, marks=needs("nginx")), pytest.param(caddy, marks=needs("caddy"))]
)
def test_what_a_client_says_of_itself_does_not_come_through(tmp_path, proxy):
    """Granian takes a name with underscores for the one with hyphens, and then believes the last one."""
    forged = dict.fromkeys(("X-Forwarded-For", "X_Forwarded_For", "X_FORWARDED-HOST", "X_Remote_User"), "203.0.113.9")
    with echo() as port, proxy(tmp_path, [port]) as made:
        wait_until(made.is_up)
        status, body, _ = made.get("/healthz", headers=forged)
    fields = json.loads(body)
    assert status == 200
    assert ["x-forwarded-for", "127.0.0.1"] in fields
    assert [name for name, value in fields if "_" in name or "203.0.113.9" in value] == []


@needs("caddy")
def test_caddy(tmp_path):
    with behind(tmp_path, caddy) as made:
        check_proxy(made, too_long=(413, 502))  # Caddy 2.6 says either of a body that it does not buffer
    check_log(made, '"uri":"/reminders/..."')
    assert json.loads((Path(made.folder) / "access.log").read_text().splitlines()[0])["status"] == 200
