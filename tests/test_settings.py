"""CALENDAR_EDITORS and its kin: who edits, with which roles, who is told of faults, and which proxy signs them in."""

import pytest

from calendar_service.settings import BadSetting, Editor, read_settings

BOTH = frozenset({"write", "publish"})
REMEDY = (
    "Write addresses with commas between, each with :write or :publish where it may only do that: "
    "anna@example.org, bo@example.org:write"
)


@pytest.mark.parametrize(
    ("written", "editors"),
    [
        ("", ()),
        (
            "anna@example.org, bo@example.org:write",
            (Editor("anna@example.org", BOTH), Editor("bo@example.org", frozenset({"write"}))),
        ),
        (" anna@example.org : publish ,", (Editor("anna@example.org", frozenset({"publish"})),)),
        ("Anna Martin <anna@example.org>:write", (Editor("anna@example.org", frozenset({"write"}), "Anna Martin"),)),
        ('"Anna Martin" <anna@example.org>', (Editor("anna@example.org", BOTH, "Anna Martin"),)),
        ("<anna@example.org>", (Editor("anna@example.org", BOTH),)),
        ("a@example.org\nb@example.org", (Editor("a@example.org", BOTH), Editor("b@example.org", BOTH))),
    ],
)
def test_editors_are_read(tmp_path, written, editors):
    assert read_settings({"CALENDAR_EDITORS": written}).editors == editors
    (tmp_path / "editors").write_text(written)
    assert read_settings({"CALENDAR_EDITORS_FILE": str(tmp_path / "editors")}).editors == editors


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("anna", "'anna' is not a mail address."),
        ("anna@example.org bo@example.org", "'anna@example.org bo@example.org' is not a mail address."),
        ("Anna <anna>", "'Anna <anna>' is not a mail address."),
        ("A <a@example.org> <b@example.org>", "'A <a@example.org> <b@example.org>' is not a mail address."),
        ("A\x1b <a@example.org>", "'A\\x1b <a@example.org>' is not a mail address."),
        ("anna@example.org:admin", "'anna@example.org:admin' has a role that there is not."),
        ("anna@example.org:", "'anna@example.org:' has a role that there is not."),
        ("anna@example.org, ANNA@example.org:write", "'ANNA@example.org' is given twice."),
    ],
)
def test_editors_that_cannot_be_read_are_named(written, message):
    with pytest.raises(BadSetting) as caught:
        read_settings({"CALENDAR_EDITORS": written})
    assert str(caught.value) == f"CALENDAR_EDITORS: {message} {REMEDY}"


def test_a_proxy_that_signs_editors_in():
    environ = {"CALENDAR_EDITOR_HEADER": "X-Remote-User", "CALENDAR_EDITOR_PROXIES": "127.0.0.1, 10.0.3.0/28\n::1"}
    found = read_settings(environ)
    assert found.editor_header == "X-Remote-User"
    assert [str(each) for each in found.editor_proxies] == ["127.0.0.1/32", "10.0.3.0/28", "::1/128"]


@pytest.mark.parametrize(
    ("header", "proxies", "message"),
    [
        ("X-User", "", "it is set without CALENDAR_EDITOR_PROXIES, so anybody could send it."),
        ("X_User", "127.0.0.1", "'X_User' cannot be that header."),
        ("X-User:", "127.0.0.1", "'X-User:' cannot be that header."),
        ("Cookie", "127.0.0.1", "'Cookie' cannot be that header."),
        ("X-User", "proxy.example.org", "'proxy.example.org' does not appear to be an IPv4 or IPv6 network."),
        ("X-User", "10.0.3.1/28", "10.0.3.1/28 has host bits set."),
    ],
)
def test_a_proxy_that_cannot_be_trusted_is_refused(header, proxies, message):
    with pytest.raises(BadSetting) as caught:
        read_settings({"CALENDAR_EDITOR_HEADER": header, "CALENDAR_EDITOR_PROXIES": proxies})
    assert message in str(caught.value)


def test_git_is_off_unless_it_is_asked_for():
    assert read_settings({}).commits_to_git is False
    found = read_settings({"CALENDAR_GIT": "commit", "CALENDAR_GIT_COMMITTER": "Calendar <calendar@example.org>"})
    assert (found.commits_to_git, found.git_committer) == (True, ("Calendar", "calendar@example.org"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CALENDAR_GIT", "push", "'push' is none of off, commit."),
        ("CALENDAR_GIT_COMMITTER", "calendar@example.org", "'calendar@example.org' is not a name and an address."),
        ("CALENDAR_GIT_COMMITTER", "Calendar <x>", "'Calendar <x>' is not a name and an address."),
    ],
)
def test_wrong_settings_of_git_are_named(name, value, message):
    with pytest.raises(BadSetting) as caught:
        read_settings({name: value})
    assert str(caught.value).startswith(f"{name}: {message}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALENDAR_BASE_URL", "https://[calendar.example.org"),
        ("CALENDAR_BASE_URL", "https://calendar.example.org:99999"),
        ("CALENDAR_BASE_URL", "https://ann:secret@calendar.example.org"),
        ("CALENDAR_SMTP_URL", "smtp://ann:se[cret@mail.example.org"),
        ("CALENDAR_SMTP_URL", "smtp://ann:se#cret@mail.example.org"),
        ("CALENDAR_HEARTBEAT_URL", "https://[hc.example.org/ping/secret"),
    ],
)
def test_addresses_that_cannot_be_split_are_named(name, value):
    with pytest.raises(BadSetting) as caught:
        read_settings({name: value})
    assert caught.value.name == name
    assert name == "CALENDAR_BASE_URL" or "cret" not in str(caught.value)
