"""A web server that answers as it is told to, and remembers what it heard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Web:
    """A web server that answers with ``status`` and remembers."""

    status: int = 200
    port: int = 0
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def web(status: int = 200) -> Iterator[Web]:
    told = Web(status)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((self.path, dict(self.headers), content))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        told.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
