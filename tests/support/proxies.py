"""nginx and Caddy with the configurations of the tree, on other ports and with certificates of a private authority."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager

import trustme

from tests.support.paths import ROOT
from tests.support.running_service import free_port

DEPLOY = ROOT / "deploy"
NAME = "calendar.example.org"
SBIN = f"{os.environ['PATH']}:/usr/sbin:/sbin"


class Proxy:
    def __init__(self, port, authority):
        self.port = port
        self.context = ssl.create_default_context()
        authority.configure_trust(self.context)

    def get(self, path, *, body=None, headers=None, seconds=10, source="127.0.0.1"):
        began = time.monotonic()
        raw = socket.create_connection(("127.0.0.1", self.port), seconds, (source, 0))
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.context.wrap_socket(raw, server_hostname=NAME)
        given = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"} | (headers or {})
        try:
            connection.request("POST" if body is not None else "GET", path, body, given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), time.monotonic() - began
        finally:
            connection.close()

    def is_up(self):
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False


@contextmanager
def nginx(folder, servers, port=None, plain=None):
    """nginx with the configuration of the tree, as this user; on other ports unless they are given."""
    port, plain, authority = port or free_port(), plain or free_port(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.crt")
    issued = authority.issue_cert(NAME)
    issued.private_key_pem.write_to_path(folder / "calendar.key")
    issued.cert_chain_pems[0].write_to_path(folder / "calendar.crt")
    (folder / "upstream.conf").write_text("".join(f"server 127.0.0.1:{each} max_fails=0;\n" for each in servers))
    text = (DEPLOY / "nginx" / "calendar.conf").read_text()
    for given, here in {
        "/etc/nginx/calendar-upstream.conf": f"{folder}/upstream.conf",
        "/var/cache/nginx/calendar": f"{folder}/cache",
        "/etc/nginx/tls/": f"{folder}/",
        "/var/log/nginx/calendar.log": f"{folder}/access.log",
    }.items():
        assert given in text
        text = text.replace(given, here)
    text = re.sub(r"listen \[::\]:\d+[^;]*;", "", text).replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;")
    conf = folder / "nginx.conf"
    conf.write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2; {'user root;' if os.getuid() == 0 else ''}\n"
        f"events {{ worker_connections 1024; }}\nhttp {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n{text}\n}}\n"
    )
    command = [shutil.which("nginx", path=SBIN), "-c", conf, "-e", folder / "error.log"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        yield Proxy(port, authority)
    finally:
        process.send_signal(signal.SIGQUIT if process.poll() is None else 0)
        process.terminate()
        process.wait(10)


@contextmanager
def caddy(folder, servers):
    port, plain, authority = free_port(), free_port(), trustme.CA()
    issued = authority.issue_cert(NAME)
    issued.private_key_pem.write_to_path(folder / "calendar.key")
    issued.cert_chain_pems[0].write_to_path(folder / "calendar.crt")
    text = (DEPLOY / "Caddyfile").read_text()
    assert "reverse_proxy 127.0.0.1:8000 {" in text
    text = text.replace("127.0.0.1:8000", " ".join(f"127.0.0.1:{each}" for each in servers))
    text = text.replace("/var/log/caddy/calendar.log", f"{folder}/access.log")
    text = text.replace(f"{NAME} {{\n", f"{NAME} {{\n\ttls {folder}/calendar.crt {folder}/calendar.key\n", 1)
    conf = folder / "Caddyfile"
    conf.write_text(
        f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tauto_https disable_redirects\n}}\n{text}"
    )
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = ["--config", conf, "--adapter", "caddyfile"]
    subprocess.run(["caddy", "validate", *command], check=True, capture_output=True, env=environment)
    log = (folder / "caddy.log").open("wb")
    process = subprocess.Popen(["caddy", "run", *command], env=environment, stdout=log, stderr=log)
    try:
        yield Proxy(port, authority)
    finally:
        process.terminate()
        process.wait(10)
        log.close()
