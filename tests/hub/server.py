"""The HTTP server of the stand-in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.hub.api import Answer, Request, answer
from tests.hub.state import DROP, TOKEN, Fault, Hub


@contextmanager
def running(*, xet: Path | None = None) -> Iterator[Hub]:
    """Run a stand-in on a free port of the loopback."""
    hub = Hub(xet=xet)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self._body()
            if body is None:  # who sends has gone in the middle
                return
            with hub.lock:
                hub.requests.append((self.command, self.path))
                fault = hub.fault(len(hub.requests), self.command, self.path) or Fault()
            if not fault.after:
                fault.act()
            if fault.status is None or fault.after:
                with hub.lock:
                    told = answer(hub, self._request(body))
                if fault.after:
                    fault.act()
            if fault.status is not None:
                told = Answer(fault.status, b"<html>a fault on order</html>")
            self._tell(told)

        def _request(self, body: bytes) -> Request:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            return Request(self.command, parts.path, query, self.headers, body, allowed)

        def _body(self) -> bytes | None:
            try:
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    return b"".join(self._chunks())
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
            except (OSError, ValueError):
                return None
            return body if len(body) == size else None

        def _chunks(self) -> Iterator[bytes]:
            for size in iter(lambda: int(self.rfile.readline(), 16), 0):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def _tell(self, told: Answer) -> None:
            if told.status == DROP:
                return
            try:
                self.send_response(told.status)
                for name, value in {"Content-Length": str(len(told.body)), **told.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(told.body)
            except OSError:  # killed meanwhile
                pass

        def log_message(self, *_arguments: object) -> None: ...

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

    return Handler
