"""A server of the KServe v2 protocol on loopback, backed by ONNX Runtime, with the faults that servers have."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np

from fiducial.models.graph import OnnxGraph, open_graph


@contextmanager
def serving(graph: bytes, reply: dict[str, Any] | bytes | int | None = None) -> Iterator[str]:
    """Gives the URL of the model; ``reply``: what is answered instead of an inference (a number is a status)."""
    session = open_graph(graph, external={}, input_name=None, threads=1, where="the server's graph")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = reply if isinstance(reply, int) else 200
            found = inferred(session, asked) if reply is None or isinstance(reply, int) else reply
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status if self.path == "/v2/models/bright/infer" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v2/models/bright"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def inferred(session: OnnxGraph, asked: dict[str, Any]) -> dict[str, Any]:
    """As the protocol words it."""
    given = asked["inputs"][0]
    batch = np.array(given["data"], np.float32).reshape(given["shape"])
    found = session.run(batch, [one["name"] for one in asked["outputs"]])
    return {
        "outputs": [
            {"name": name, "datatype": "FP32", "shape": list(values.shape), "data": values.ravel().tolist()}
            for name, values in found.items()
        ]
    }
