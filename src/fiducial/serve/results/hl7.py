"""``hl7``: an HL7 v2.5.1 message ORU^R01, preliminary, for systems that read no DICOM."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import number_of
from fiducial.serve.results.summary import lines_of

_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "}
_WORDS = {True: "true", False: "false", None: "unknown"}
_CONTROL = 20  # characters of a message's number (MSH-10)


class OruMessage:
    """One message a study; segments end with a carriage return, as the standard has it."""

    name = "hl7"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        segments = [*_head(given), *(f"OBX|{place}|{line}" for place, line in enumerate(_observed(given), 1))]
        text = "".join(f"{segment}\r" for segment in segments)
        return [Made(f"{given.study.uid}.hl7", "x-application/hl7-v2+er7", text.encode())]


def _head(given: Given) -> Iterator[str]:
    at = datetime.fromtimestamp(given.at, UTC).strftime("%Y%m%d%H%M%S+0000")
    number = str(number_of(given.study.uid, given.revision, given.pipeline["identity"], given.at, "hl7"))[:_CONTROL]
    yield f"MSH|^~\\&|fiducial||||{at}||ORU^R01^ORU_R01|{number}|P|2.5.1||||||UNICODE UTF-8"
    yield f"PID|1||{_text(given.study.patient_id or '')}||{_name(given.study.patient_name or '')}"
    service = f"{_text(given.pipeline['name'])}^{_text(given.pipeline['version'])}^99FIDUCIAL"
    yield f"OBR|1||{_text(given.study.uid)}|{service}|||{at}|||||||||||||||{at}||RAD|P"


def _observed(given: Given) -> Iterator[str]:
    for line in lines_of(given.parts):
        yield f"TX|note^Note^99FIDUCIAL||{_text(line)}||||||P"
    for place, part in enumerate(given.parts, 1):
        yield from _of_part(part, place)


def _of_part(part: Part, place: int) -> Iterator[str]:
    document = part.document
    yield f"TX|part^Image or series^99FIDUCIAL|{place}|{_text(part.uid)}||||||P"
    for name, value in document["conclusions"].items():
        yield f"ST|{_code('rule', name)}|{place}|{_WORDS[value]}||||||P"
    for name, row in document["scores"].items():
        if row["score"] is None or row["abstained"]:
            yield f"ST|{_code('score', name)}|{place}|{_text(row['reason'] or 'no answer')}||||||X"
        else:
            yield f"NM|{_code('score', name)}|{place}|{row['score']:.6g}|1|0-1||||P"
    for row in document["measurements"]:
        yield f"NM|{_code('measurement', row['name'])}|{place}|{row['value']:.6g}|{_text(row['unit'])}|||||P"


def _code(kind: str, name: str) -> str:
    return f"{kind}.{_text(name)}^{_text(name)}^99FIDUCIAL"


def _name(name: str) -> str:
    """DICOM's ``Doe^Jane`` has the parts of HL7's in the same order."""
    return "^".join(_text(part) for part in name.split("=", maxsplit=1)[0].split("^"))


def _text(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)
