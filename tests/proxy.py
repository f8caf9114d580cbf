"""A proxy between client and server that counts requests and breaks them on order."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# What can happen to a request: DROP_BEFORE the server sees it, DROP_AFTER it has answered, SLOW after a `delay`,
# TRUNCATED in the middle of its body, or a status.
DROP_BEFORE, DROP_AFTER, SLOW, TRUNCATED = "drop-before", "drop-after", "slow", "truncated"
Fault = str | int | None


@dataclass
class Proxy:
    """A running proxy: `url` to use, `requests` seen, `fault` to decide on each."""

    upstream: str
    url: str = ""
    fault: Callable[[str, str], Fault] = lambda _method, _path: None
    prefix: str = ""
    delay: float = 1.0
    readdress: Callable[[str], str] = lambda path: path
    rewrite: Callable[[str, bytes], bytes] = lambda _path, body: body
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that can change something; a token refresh does not."""
        return [one for one in self.requests if one[0] != "GET" and "token/refresh" not in one[1]]


@contextmanager
def proxy(upstream: str, *, prefix: str = "") -> Iterator[Proxy]:
    """Run a proxy on a free port of the loopback; with `prefix` it lives on a sub-path."""
    state = Proxy(upstream, prefix=prefix)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self.path.startswith(state.prefix + "/"):
                self._answer(404, b"outside of the sub-path", [])
                return
            path = self.path.removeprefix(state.prefix)
            state.requests.append((self.command, path))
            fault = state.fault(self.command, path)
            if fault == DROP_BEFORE:
                self._drop()
            elif isinstance(fault, int):
                self._answer(fault, b"{}", [])
            else:
                self._forward(path, body, fault)

        def _forward(self, path: str, body: bytes, fault: Fault) -> None:
            try:
                status, answer, headers = _ask(
                    state.upstream, self.command, state.readdress(path), body, dict(self.headers)
                )
                if fault == DROP_AFTER:
                    self._drop()
                    return
                if fault == SLOW:
                    time.sleep(state.delay)
                self._answer(status, state.rewrite(path, answer), headers, cut=fault == TRUNCATED)
            except (OSError, http.client.HTTPException):  # one of both sides is gone
                self._drop()

        def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]], *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() in ("content-type", "location", "set-cookie"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = self.close_connection or cut

        def _drop(self) -> None:
            self.close_connection = True

        def log_message(self, *_arguments: object) -> None: ...

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _pass

    return Handler


def _ask(
    upstream: str, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes, list[tuple[str, str]]]:
    place = urlsplit(upstream)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    try:
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
        connection.request(method, path, body, kept | {"Connection": "close", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.getheaders()
    finally:
        connection.close()
