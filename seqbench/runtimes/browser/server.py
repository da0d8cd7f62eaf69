"""The loopback server behind the page that runs models in a browser.

It serves a table of files, each under one exact name, and the jobs of its queue; nothing else. No
path is ever joined or walked on request, so no request can lead out of the table.
"""

import hmac
import secrets
import select
import shutil
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from seqbench.runtimes.browser.job_queue import JobQueue

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
_BINARY = "application/octet-stream"
_HEADERS = {
    # These three isolate the page: only then its clock has steps of 5 us, and wasm may use threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    # TF.js compiles WebAssembly, and starts its threads from blobs; all else comes from here.
    "Content-Security-Policy": "default-src 'self' blob: data: 'wasm-unsafe-eval'",
    "Referrer-Policy": "no-referrer",  # the address holds the token
    "X-Content-Type-Options": "nosniff",
}
_FRESH = "no-store"
_KEPT = "private, max-age=86400, immutable"  # the browser compiles TF.js once for all models
_KEPT_BELOW = "modules/"
_MAX_ANSWER_BYTES = 1 << 30


class WebServer(ThreadingHTTPServer):
    """Serves files and jobs on 127.0.0.1, on a port that the system picks, to who has the token.

    Args:
        files: what to serve, by name below the token; `index.html` is the page.

    Attributes:
        job_queue: where the page takes its jobs.

    """

    daemon_threads = True

    def __init__(self, files: Mapping[str, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.job_queue = JobQueue()
        self.host = f"127.0.0.1:{self.server_port}"
        self.token = secrets.token_urlsafe(32)
        self.files = {name: path.resolve() for name, path in files.items()}
        # A short poll: it bounds how long closing takes.
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True)

    @property
    def url(self) -> str:
        """The page's address, token included."""
        return f"http://{self.host}/{self.token}/index.html"

    def share(self, folder: Path, names: Iterable[str]) -> str:
        """Serve files of a folder by their relative names; return the opaque prefix they are under.

        Raises:
            ValueError: a name leads out of the folder, by itself or through a link.

        """
        prefix = f"files/{secrets.token_hex(8)}"
        root = folder.resolve()
        table = {f"{prefix}/{name}": (root / name).resolve() for name in names}
        for name, path in table.items():
            if not path.is_relative_to(root):
                msg = f"{name.removeprefix(prefix + '/')} leads out of the folder {folder}"
                raise ValueError(msg)
        self.files |= table
        return prefix

    def withdraw(self, prefix: str) -> None:
        """Stop serving what `share` put under this prefix."""
        self.files = {k: v for k, v in self.files.items() if not k.startswith(f"{prefix}/")}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.job_queue.detach()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that hangs up: the job queue notices what matters."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the header to be acknowledged
    server: WebServer

    def do_GET(self) -> None:
        name = self._name()
        if name is None:
            self._send(HTTPStatus.FORBIDDEN)
        elif name == "jobs":
            self._stream()
        elif name.startswith("jobs/"):
            job = self.server.job_queue.job(name.removeprefix("jobs/"))
            self._send(HTTPStatus.NOT_FOUND if job is None else HTTPStatus.OK, job or b"")
        else:
            self._file(name)

    def do_POST(self) -> None:
        name = self._name()
        if name is None:
            self._send(HTTPStatus.FORBIDDEN)
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._send(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _MAX_ANSWER_BYTES:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            answer = self.rfile.read(int(length))
            number = name.removeprefix("results/")
            taken = len(answer) == int(length) and self.server.job_queue.answer(number, answer)
            self._send(HTTPStatus.NO_CONTENT if taken else HTTPStatus.CONFLICT)

    def _name(self) -> str | None:
        """Return what is asked for, below the token; None for a wrong token or host.

        The host is checked because a foreign site's name can be made to lead to this address.
        """
        path = self.path.partition("?")[0].split("/", 2)
        if len(path) != 3 or self.headers.get("Host") != self.server.host:
            return None
        known = hmac.compare_digest(path[1].encode(), self.server.token.encode())
        return unquote(path[2]) if known else None

    def _head(self, status: HTTPStatus, kind: str, cache: str = _FRESH) -> None:
        self.send_response(status)
        self.send_header("Cache-Control", cache)
        for header, value in _HEADERS.items():
            self.send_header(header, value)
        self.send_header("Content-Type", kind)

    def _send(self, status: HTTPStatus, body: bytes = b"") -> None:
        self._head(status, _BINARY)
        self.send_header("Content-Length", str(len(body)))
        if status >= HTTPStatus.BAD_REQUEST:
            self.send_header("Connection", "close")  # a refused request's body stays unread
        self.end_headers()
        self.wfile.write(body)

    def _file(self, name: str) -> None:
        path = self.server.files.get(name)
        # Paths in the table are resolved: one that resolves anew has become a link since.
        if path is None or path.resolve() != path or not path.is_file():
            self._send(HTTPStatus.NOT_FOUND)
            return
        cache = _KEPT if name.startswith(_KEPT_BELOW) else _FRESH
        with path.open("rb") as opened:
            self._head(HTTPStatus.OK, _TYPES.get(path.suffix, _BINARY), cache)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            shutil.copyfileobj(opened, self.wfile)

    def _stream(self) -> None:
        """Pass on the numbers of jobs, as server-sent events, until either side ends."""
        page = self.server.job_queue.attach()
        if page is None:
            self._send(HTTPStatus.CONFLICT)
            return
        with page:
            try:
                self._head(HTTPStatus.OK, "text/event-stream")
                self.send_header("Connection", "close")  # its length is not known
                self.end_headers()
                self._pass_on(page)
            finally:
                self.server.job_queue.detach(page)

    def _pass_on(self, page: socket.socket) -> None:
        while True:
            ready, _, _ = select.select([page, self.connection], [], [])
            if self.connection in ready:  # the page sends nothing here: it has hung up
                return
            event = page.recv(4096)
            if not event:
                return
            self.wfile.write(event)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Log nothing: stderr belongs to the user."""
