"""The service as an editor meets it: with admin pages, and the mails that carry links to sign in."""

import re
import threading
from datetime import timedelta

from sqlalchemy import select

from calendar_service.admin.install import install_admin
from calendar_service.publishing import publish_file
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.scheduling import Planner
from calendar_service.reminders.sign_in_mailer import SignInMailer
from calendar_service.settings import Editor, Settings
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading
from calendar_service.store.lease import this_host
from calendar_service.store.tables import signups
from calendar_service.web.context import SUBSCRIPTIONS
from tests.support.signing_up import BASE, CHOICE, FILE, NOW
from tests.support.site import Site

ANNA = Editor("anna@example.org", frozenset({"write", "publish"}))
BO = Editor("Bo@example.org", frozenset({"write"}))
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
KEYS = ("k" * 40,)


class AdminSite(Site):
    """A service with two editors, of whom one may not publish, on a clock that stands still."""

    def __init__(self, folder, engine=None, *, base_url=BASE, waits=(0.0,), **more):
        settings = Settings(base_url=base_url, **{"editors": (ANNA, BO), **more})
        super().__init__(folder, NOW, base_url, engine, settings)
        self.settings = settings
        self.faults = FaultLog(lambda: self.now)
        self.mails = folder / "mail"
        mailing = MailSettings(settings.smtp_url, self.mails, "calendar@example.org")
        self.mailer = SignInMailer(self.engine, base_url, mailing, lambda: self.now, self.faults, waits)
        install_admin(self.app, settings, self.engine, keys=KEYS, mailer=self.mailer)

    def visitor(self):
        """A browser of its own, which keeps cookies."""
        return Visitor(self)

    def editor(self, address=ANNA.address):
        """A browser in which an editor has signed in."""
        visitor = self.visitor()
        visitor.sign_in(address)
        return visitor

    def mailed(self):
        """All mails, once every thread that sends one has ended, the newest last."""
        for thread in threading.enumerate():
            if thread.name == "sign-in":
                thread.join(10)
                assert not thread.is_alive()
        return sorted(self.mails.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns) if self.mails.is_dir() else []

    def later(self, **passed):
        self.now += timedelta(**passed)


class Visitor:
    """Somebody with a browser."""

    def __init__(self, site):
        self.site = site
        self.client = site.app.test_client()

    def get(self, path, **headers):
        return self.client.get(path, base_url=self.site.base, headers=_dashed(headers))

    def post(self, path, data=None, headers=SAME_ORIGIN, **more):
        """Send a form; one that needs no session has the token that its page has."""
        is_open = path == "/admin" or path.startswith("/admin/sign-in/")
        if is_open and "form_token" not in (data or {}):
            found = re.search(r'name="form_token" value="([^"]+)"', self.html(path))
            data = {**(data or {}), **({"form_token": found[1]} if found else {})}
        return self.client.post(path, base_url=self.site.base, data=data, headers=headers, **more)

    def html(self, path):
        return self.get(path).get_data(as_text=True)

    def form_token(self, path="/admin"):
        return re.search(r'name="form_token" value="([^"]+)"', self.html(path))[1]

    def send(self, path, data=None, *, page="/admin"):
        """Send a form as the page has it."""
        return self.post(path, {"form_token": self.form_token(page), **(data or {})})

    def ask(self, address=ANNA.address):
        """Ask for a link and return its path, None if none was mailed."""
        before = set(self.site.mailed())
        assert self.post("/admin", {"address": address}).status_code == 200
        new = [path for path in self.site.mailed() if path not in before]
        return link_in(new[0].read_text(encoding="utf-8")) if new else None

    def sign_in(self, address=ANNA.address):
        answer = self.post(self.ask(address))
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def is_signed_in(self):
        return "Sign out" in self.html("/admin")

    def cookie(self, name="calendar-editor"):
        return self.client.get_cookie(name, "calendar.example.org", "/admin")


def link_in(mail):
    """The path of the link in a mail."""
    plain = re.sub(r"=\n", "", mail)
    return re.search(r"(/admin/sign-in/[A-Za-z0-9_-]{43})", plain)[1]


def _dashed(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Programme(AdminSite):
    """The demo calendar with subscribers, and a file that tests save."""

    def __init__(self, folder, engine, text=FILE, **more):
        super().__init__(folder, engine, file=folder / "calendar.yaml", **more)
        self.publish(text, self.now)

    def save(self, text, *, confirmed=False):
        """Save the file as with a text editor, and let the service publish it."""
        self.settings.file.write_text(text, encoding="utf-8")
        result = publish_file(self.engine, self.settings.file, self.now, host=this_host(), confirmed=confirmed)
        self.look_again()
        return result.outcome

    def subscribe(self, address, **changes):
        service = self.app.extensions[SUBSCRIPTIONS]
        answer = self.post("/reminders", CHOICE | {"address": address, "digest": "", "zone": "Europe/Paris"} | changes)
        assert answer.status_code == 200
        with reading(self.engine) as connection:
            row = connection.execute(select(signups).order_by(signups.c.id.desc())).first()
        return service.confirm(service.confirm_token(row.ref, row.asked_at), self.now)

    def plan(self):
        Planner(self.engine).fan_out(load_edition(self.engine), self.now)
