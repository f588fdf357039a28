"""The service with its showcase, started as deploy/ starts it, at https://calendar.example.org behind nginx.

That works in a network of its own, in which the name is this machine and nothing else can be reached.
"""

import os
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from tests.support.proxies import NAME, nginx
from tests.support.running_service import EDITOR, TOKEN, in_folder, serve
from tests.support.showcase import FILE
from tests.support.signing_up import CHOICE

BASE = f"https://{NAME}"
UNIT = ("--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--workers", "2", "--blocking-threads", "8")
_INSIDE = "CHECKERS_INSIDE"


def is_inside() -> bool:
    return bool(os.environ.get(_INSIDE))


def enter_own_network() -> None:
    """Start this program again in a network of its own, unless it is there."""
    if is_inside():
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    hosts = Path(tempfile.mkdtemp(prefix="calendar-checkers-")) / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {NAME}\n", encoding="ascii")
    script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    command = ["sh", "-c", script, "sh", hosts, sys.executable, "-m", "tests.checkers", *sys.argv[1:]]
    os.execvpe("unshare", ["unshare", "--net", "--mount", *map(str, command)], os.environ | {_INSIDE: "1"})  # noqa: S606


class Visitor:
    """Somebody who keeps cookies."""

    def __init__(self, authority: Path) -> None:
        self.cookies = CookieJar()
        context = ssl.create_default_context(cafile=str(authority))
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str, form: object = None) -> tuple[int, str, str]:
        """Return status, media type and text."""
        data = urlencode(form, doseq=True).encode() if form is not None else None
        request = urllib.request.Request(f"{BASE}{path}", data=data, headers={"Origin": BASE} if data else {})
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers.get_content_type(), answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), error.read().decode("utf-8", "replace")


class Checked:
    """The running service: somebody subscribed to it, and an editor is signed in."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.authority, self.port = folder, folder / "authority.crt", port
        self.visitor, self.editor = Visitor(self.authority), Visitor(self.authority)
        self.manage_path = self.session = ""

    def sign_up(self) -> None:
        """Subscribe by the form and the mail."""
        status, _, page = self.visitor.get("/reminders", CHOICE)
        assert status == 200, page
        status, _, page = self.visitor.get(self._mailed(r"/reminders/confirm/[^\s?]+"), {"do": "confirm"})
        assert status == 200, page
        self.manage_path = re.search(r"/reminders/manage/[^\s?\"]+", page)[0]

    def sign_in(self) -> None:
        """Sign in as an editor by the form and the mail."""
        self._send("/admin", address=EDITOR)
        assert "Sign out" in self._send(self._mailed(r"/admin/sign-in/[^\s?]+"))
        self.session = "; ".join(f"{each.name}={each.value}" for each in self.editor.cookies)

    def _send(self, path: str, **form: str) -> str:
        """Send the form of a page with its token, and return the page that follows."""
        page = self.editor.get(path)[2]
        token = re.search(r'name="form_token" value="([^"]+)"', page)
        status, _, page = self.editor.get(path, form | ({"form_token": token[1]} if token else {"do": ""}))
        assert status == 200, page
        return page

    def _mailed(self, pattern: str, seconds: float = 60) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in sorted((self.folder / "var" / "mail").glob("*.eml"), reverse=True):
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                found = re.search(pattern, message.get_body(("plain",)).get_content())
                if found:
                    return found[0]
            time.sleep(0.2)
        raise AssertionError(pattern)


@contextmanager
def service():
    """Start all, subscribe and sign in."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = stack.enter_context(in_folder(folder))
        made.file.write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
        made.environment |= {
            "CALENDAR_BASE_URL": BASE,
            "CALENDAR_TRUSTED_PROXIES": "1",
            "CALENDAR_OPERATOR_TOKEN": TOKEN,
            "XDG_STATE_HOME": str(folder),
        }
        del made.environment["CALENDAR_SMTP_URL"]
        granian = Path(sys.executable).with_name("granian")
        serve(made, granian, *UNIT, "--port", "{port}", "tests.checkers.unlimited:make_application")
        proxy = stack.enter_context(nginx(folder, [made.port], 443, 80))
        made.wait_until(proxy.is_up, 20)
        checked = Checked(folder, made.port)
        checked.sign_up()
        checked.sign_in()
        yield checked
