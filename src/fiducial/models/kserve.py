"""A graph on a server of the KServe v2 protocol (Triton, KServe, OpenVINO), over HTTP.

Source: Open Inference Protocol, https://github.com/kserve/open-inference-protocol.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.models.graph import Named

SECONDS = 60.0  # until a server that does not answer is given up
_KINDS = {"FP16": "f2", "FP32": "f4", "FP64": "f8", "INT32": "i4", "INT64": "i8"}


@dataclass(frozen=True, slots=True)
class KServeGraph:
    """``url``: ``http://host:8000/v2/models/NAME``, or with ``/versions/N`` behind; ``input``: the input's name."""

    url: str
    input: str

    def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
        """One request a batch.

        Raises:
            UnusableInput: the server does not answer, refuses, or answers without an output that was asked for.
        """
        asked = {
            "inputs": [
                {"name": self.input, "shape": list(batch.shape), "datatype": "FP32", "data": batch.ravel().tolist()}
            ],
            "outputs": [{"name": name} for name in outputs],
        }
        try:
            reply = httpx.post(f"{self.url.rstrip('/')}/infer", json=asked, timeout=SECONDS)
        except httpx.HTTPError as silent:
            raise UnusableInput(f"{self.url} does not answer ({silent}); see that the server runs") from silent
        if reply.status_code != 200:
            raise UnusableInput(f"{self.url} refuses ({reply.status_code}): {' '.join(reply.text.split())[:200]}")
        found = {one["name"]: _array(one, self.url) for one in _outputs(reply, self.url)}
        absent = [name for name in outputs if name not in found]
        if absent:
            raise UnusableInput(f"{self.url} has no output {absent[0]!r}; it gave {', '.join(found) or 'none'}")
        return {name: found[name] for name in outputs}


def _outputs(reply: Any, url: str) -> list[dict[str, Any]]:  # noqa: ANN401  (JSON)
    try:
        return list(reply.json()["outputs"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise UnusableInput(f"{url} answers in another protocol than KServe v2 ({wrong!r})") from wrong


def _array(output: dict[str, Any], url: str) -> npt.NDArray[Any]:
    kind = _KINDS.get(output.get("datatype", ""))
    if kind is None or "data" not in output:
        raise UnusableInput(f"{url}: output {output.get('name')!r} comes as {output.get('datatype')}, without numbers")
    try:
        return np.array(output["data"], dtype=kind).reshape(output["shape"])
    except (ValueError, KeyError) as wrong:
        raise UnusableInput(f"{url}: output {output['name']!r} does not fill its shape ({wrong})") from wrong
