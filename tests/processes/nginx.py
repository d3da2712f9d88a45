"""Debian's nginx between laptops and county, as a county would put it there: its own buffers, nothing tuned."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.line import free_port
from tests.benchmarks.processes import start, stop, wait_for_port

_CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{target}; }}
  }}
}}
"""
_MISSING = (
    "The tests of the exchange behind a proxy need nginx. On Debian: sudo apt-get install --no-install-recommends nginx"
)


@contextmanager
def before(target: int, folder: Path) -> Iterator[int]:
    """The port of an nginx that passes everything on to another one; it is gone after the block."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise RuntimeError(_MISSING)
    folder.mkdir()
    port = free_port()
    configuration = folder / "nginx.conf"
    user = "" if os.getuid() else "user root;"  # its workers must reach this folder, which is nobody else's
    told = _CONFIGURATION.format(user=user, folder=folder, port=port, target=target)
    configuration.write_text(told, encoding="ascii")
    command = [program, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")]
    process = start(command, folder / "said.log", stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port, process, folder / "said.log")
        yield port
    finally:
        stop(process)
