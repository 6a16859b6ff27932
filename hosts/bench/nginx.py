"""A real nginx, with a block that some page prints."""

import os
import shutil
import socket

from bench.beseda import Shown
from bench.process import Process

# Debian keeps it where not everybody looks.
PROGRAM = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")

# What is around the block here: one process in the foreground, whose files lie in its own folder.
AROUND = """\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include printed.conf;
}
"""


class Nginx(Shown):
    """A running nginx before a server, which it shows under a path (`/chat-api`) or at the root (``)."""

    def __init__(self, folder, block, server, under):
        port = free_port()
        for printed, here in {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "http://127.0.0.1:8000": server.url,
            "/var/log/nginx/chat.log": f"{folder}/chat.log",
        }.items():
            assert block.count(printed) == 1, f"{printed} is printed once:\n{block}"
            block = block.replace(printed, here)
        (folder / "printed.conf").write_text(block)
        (folder / "nginx.conf").write_text(AROUND)
        command = [PROGRAM, "-e", "stderr", "-p", folder, "-c", "nginx.conf"]
        super().__init__(Process("nginx", command, folder, port=port), server, under)


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
