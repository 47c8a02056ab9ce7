"""A real S3 server on loopback, in a process of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAVISITOR",
    "AWS_SECRET_ACCESS_KEY": "wJalr-nobody-may-read-this",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Where nobody answers, one attempt is enough.
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Run moto's server; give its address."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()


def ask_for_keys(address: str, *, after: float) -> None:
    """Have the server look at who asks, after so many requests (``inf``: never)."""
    url = f"{address}/moto-api/reset-auth"
    plain = {"Content-Type": "text/plain"}
    request = urllib.request.Request(url, str(after).encode(), plain, method="POST")
    urllib.request.urlopen(request).close()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/moto-api/").close()
        except urllib.error.HTTPError:
            return
        except OSError:
            assert server.poll() is None, "moto's server ended"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("moto's server does not answer")
