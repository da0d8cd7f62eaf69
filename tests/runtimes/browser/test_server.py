import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqbench.runtimes.browser.job_queue import pack
from seqbench.runtimes.browser.server import WebServer

PAGE = b"<!doctype html>page"
SECRET = b"a secret"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "page").mkdir()
    page = tmp_path / "page" / "index.html"
    page.write_bytes(PAGE)
    (tmp_path / "page" / "other.html").write_bytes(SECRET)
    with WebServer({"index.html": page, "modules/a.wasm": page}) as made:
        yield made


def request(
    server: WebServer, path: str, method: str = "GET", host: str | None = None, more: str = ""
) -> tuple[int, str, bytes]:
    """Send the path as it is, which no well-behaved client would; return status, head and body."""
    lines = f"{method} {path} HTTP/1.1\r\nHost: {host or server.host}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as raw:
        raw.sendall(f"{lines}{more}\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body


def test_page_is_served_with_the_headers_that_isolate_it(server: WebServer) -> None:
    status, head, body = request(server, f"/{server.token}/index.html?x=1")
    assert (status, body) == (200, PAGE)
    for line in (
        "Cross-Origin-Opener-Policy: same-origin",
        "Cross-Origin-Embedder-Policy: require-corp",
        "Cross-Origin-Resource-Policy: same-origin",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Content-Type: text/html; charset=utf-8",
    ):
        assert line in head
    assert "default-src 'self'" in head
    _, head, _ = request(server, f"/{server.token}/modules/a.wasm")
    assert "Cache-Control: private, max-age=86400, immutable" in head
    assert "Content-Type: text/html" in head  # the type is the file's, not the name's


def test_it_listens_on_loopback_only(server: WebServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.url.startswith(f"http://127.0.0.1:{server.server_port}/")
    assert len(server.token) >= 32


def test_without_the_token_everything_is_forbidden(server: WebServer) -> None:
    token = server.token
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    for path in (
        "/", "/index.html", "//index.html", f"/{wrong}/index.html", f"/{token[:-1]}/index.html",
        f"/{token}x/index.html", f"/{token}", "*", f"/index.html?{token}", "/jobs",
        "/\xe9/index.html", f"/x/{token}/index.html", f"http://{server.host}/{token}/index.html",
    ):  # fmt: skip
        assert request(server, path)[::2] == (403, b""), path
    post = request(server, "/wrong/results/1", "POST", more="Content-Length: 0\r\n")
    assert post[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1"])
def test_another_host_name_is_forbidden(server: WebServer, host: str) -> None:
    assert request(server, f"/{server.token}/index.html", host=host)[::2] == (403, b"")


def test_no_path_leads_out(server: WebServer, tmp_path: Path) -> None:
    prefix = server.share(tmp_path / "page", ["index.html"])
    assert request(server, f"/{server.token}/{prefix}/index.html")[::2] == (200, PAGE)
    for base in ("", f"{prefix}/", "modules/"):
        for path in (
            "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt",
            "%252e%252e/secret.txt", "..\\secret.txt", "....//secret.txt", "x/../../secret.txt",
            "index.html/../../secret.txt", "%00", "index.html%00", "other.html", "", ".", "..",
            f"/{tmp_path}/secret.txt", f"{tmp_path}/secret.txt", "file:///etc/passwd",
        ):  # fmt: skip
            status, _, body = request(server, f"/{server.token}/{base}{path}")
            assert (status, body) == (404, b""), base + path


def test_names_that_leave_the_folder_are_not_shared(server: WebServer, tmp_path: Path) -> None:
    folder = tmp_path / "page"
    (folder / "link.bin").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    for name in ("../secret.txt", "link.bin", "up/secret.txt", str(tmp_path / "secret.txt")):
        with pytest.raises(ValueError, match=re.escape(f"{name} leads out of the folder {folder}")):
            server.share(folder, ["index.html", name])


def test_file_that_became_a_link_is_not_served(server: WebServer, tmp_path: Path) -> None:
    weights = tmp_path / "page" / "w.bin"
    weights.write_bytes(b"weights")
    prefix = server.share(tmp_path / "page", ["w.bin"])
    assert request(server, f"/{server.token}/{prefix}/w.bin")[2] == b"weights"
    weights.unlink()
    weights.symlink_to(tmp_path / "secret.txt")
    assert request(server, f"/{server.token}/{prefix}/w.bin")[0] == 404


def test_withdrawn_folder_is_gone(server: WebServer, tmp_path: Path) -> None:
    kept = server.share(tmp_path / "page", ["index.html"])
    prefix = server.share(tmp_path / "page", ["index.html"])
    server.withdraw(prefix)
    assert request(server, f"/{server.token}/{prefix}/index.html")[0] == 404
    assert request(server, f"/{server.token}/{kept}/index.html")[0] == 200


def test_names_with_spaces_and_letters_are_found(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "page" / "gewichte ü.bin").write_bytes(b"weights")
    prefix = server.share(tmp_path / "page", ["gewichte ü.bin"])
    assert request(server, f"/{server.token}/{prefix}/gewichte%20%C3%BC.bin")[2] == b"weights"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("", 411),
        ("Content-Length: -1\r\n", 411),
        ("Content-Length: x\r\n", 411),
        ("Content-Length: 99999999999\r\n", 413),
        ("Content-Length: 2\r\n\r\n{}", 409),
    ],
)
def test_answers_that_nobody_waits_for(server: WebServer, more: str, status: int) -> None:
    assert request(server, f"/{server.token}/results/1", "POST", more=more)[0] == status


def test_other_methods_are_refused(server: WebServer) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        assert request(server, f"/{server.token}/index.html", method)[0] == 501


def test_job_and_answer_change_hands(server: WebServer) -> None:
    job, answer = pack({"kind": "run"}, b"\x00\xff"), pack({"ok": True}, b"\x01\x00")
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as stream:
        stream.sendall(f"GET /{server.token}/jobs HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
        assert server.job_queue.wait_for_page(10)
        assert request(server, f"/{server.token}/jobs")[0] == 409
        got: list[bytes] = []
        asking = threading.Thread(target=lambda: got.append(server.job_queue.ask(job, 10)))
        asking.start()
        with stream.makefile("rb") as lines:
            number = next(line for line in lines if line.startswith(b"data: "))[6:].decode().strip()
        assert request(server, f"/{server.token}/jobs/{number}")[::2] == (200, job)
        assert request(server, f"/{server.token}/jobs/99")[0] == 404
        more = f"Content-Length: {len(answer)}\r\n\r\n" + answer.decode("latin-1")
        assert request(server, f"/{server.token}/results/{number}", "POST", more=more)[0] == 204
        asking.join()
        assert got == [answer]
    deadline = threading.Event()
    for _ in range(100):  # the page has hung up: its place is free again
        if not server.job_queue.wait_for_page(0):
            return
        deadline.wait(0.05)
    pytest.fail("the page's end was not noticed")
