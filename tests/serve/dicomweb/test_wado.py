"""WADO-RS: what was stored comes back byte for byte, or decoded, or as a picture."""

import json
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset

from fiducial.scans.dicom import quiet
from fiducial.serve.dicomweb.attributes import written
from fiducial.serve.intake.archive import Archive
from serve.making import STUDY, RLELossless, radiograph

ONE = f"/dicomweb/studies/{STUDY}/series/{STUDY}.1/instances/1.2.3.1.1"
TWO = f"/dicomweb/studies/{STUDY}/series/{STUDY}.1/instances/1.2.3.1.2"
PNG = {"Accept": "image/png"}


def two_frames(sop: str) -> BytesIO:
    """A frame of 10 and one of 200, as 16 bits each."""
    written = BytesIO()
    with quiet():
        data = dcmread(radiograph(sop))
        data.NumberOfFrames, data.BitsAllocated, data.BitsStored, data.HighBit = 2, 16, 16, 15
        data.PixelData = np.repeat(np.array([10, 200], "<u2"), 256).tobytes()
        dcmwrite(written, data)
    written.seek(0)
    return written


@pytest.fixture(autouse=True)
def two_images(archive: Archive) -> None:
    archive.keep(radiograph(syntax=RLELossless), "test")
    archive.keep(two_frames("1.2.3.1.2"), "test")


def parts(content_type: str, content: bytes) -> list[tuple[str, bytes]]:
    """(Content-Type, body) of each part."""
    boundary = content_type.split("boundary=")[1].encode()
    found = content.split(b"--" + boundary)[1:-1]
    heads = [one.split(b"\r\n\r\n", 1) for one in found]
    return [(head.decode().split("Content-Type: ")[1].split("\r\n")[0], body[:-2]) for head, body in heads]


def retrieve(client: TestClient, path: str, accept: str = "*/*") -> list[tuple[str, bytes]]:
    reply = client.get(path, headers={"Accept": accept})
    assert reply.status_code == 200, reply.text
    return parts(reply.headers["content-type"], reply.content)


@pytest.mark.parametrize("path", [f"/dicomweb/studies/{STUDY}", f"/dicomweb/studies/{STUDY}/series/{STUDY}.1"])
def test_a_study_and_a_series_come_back_byte_for_byte(client: TestClient, path: str) -> None:
    found = retrieve(client, path, 'multipart/related; type="application/dicom"')
    assert [body for _, body in found] == [radiograph(syntax=RLELossless).read(), two_frames("1.2.3.1.2").read()]


def test_one_instance_comes_alone_where_the_bare_file_is_asked_for(client: TestClient) -> None:
    reply = client.get(ONE, headers={"Accept": "application/dicom"})
    assert (reply.headers["content-type"], reply.content) == (
        "application/dicom",
        radiograph(syntax=RLELossless).read(),
    )
    assert len(retrieve(client, ONE)) == 1


def test_metadata_say_everything_but_pixels_and_where_those_are(client: TestClient) -> None:
    told = client.get(f"{ONE}/metadata").json()
    data = Dataset.from_json(json.dumps({tag: one for tag, one in told[0].items() if tag != "7FE00010"}))
    assert (data.PatientName, data.Rows, data.Modality) == ("Doe^Jane", 16, "DX")
    uri = told[0]["7FE00010"]["BulkDataURI"]
    assert uri == f"http://testserver{ONE}/bulkdata/7FE00010"
    assert len(client.get(f"/dicomweb/studies/{STUDY}/metadata").json()) == 2
    assert len(retrieve(client, uri.removeprefix("http://testserver"))) == 1


def test_a_frame_is_decoded_for_who_takes_nothing_else(client: TestClient) -> None:
    ((kind, body),) = retrieve(client, f"{ONE}/frames/1", 'multipart/related; type="application/octet-stream"')
    assert (kind, body) == ("application/octet-stream", bytes([200]) * 256)


def test_a_frame_comes_as_stored_where_that_is_taken(client: TestClient) -> None:
    ((kind, body),) = retrieve(client, f"{ONE}/frames/1", "multipart/related; type=image/dicom-rle; transfer-syntax=*")
    assert kind == f"image/dicom-rle; transfer-syntax={RLELossless}"
    assert len(body) < 256


def test_frames_come_in_the_order_that_was_asked_for(client: TestClient) -> None:
    first, second = (np.frombuffer(body, "<u2")[0] for _, body in retrieve(client, f"{TWO}/frames/2,1"))
    assert (first, second) == (200, 10)


@pytest.mark.parametrize(("numbers", "status"), [("3", 404), ("0", 404), ("x", 400)])
def test_a_frame_that_is_not_there_is_told(client: TestClient, numbers: str, status: int) -> None:
    assert client.get(f"{TWO}/frames/{numbers}").status_code == status


def test_a_picture_is_drawn_in_the_window_that_is_asked_for(client: TestClient) -> None:
    reply = client.get(f"{TWO}/frames/2/rendered?window=200,400,linear", headers=PNG)
    assert reply.headers["content-type"] == "image/png"
    picture = np.asarray(Image.open(BytesIO(reply.content)))
    assert picture.shape == (16, 16)
    assert abs(int(picture[0, 0]) - 128) <= 1
    dark = np.asarray(Image.open(BytesIO(client.get(f"{TWO}/rendered?window=200,400", headers=PNG).content)))
    assert int(dark[0, 0]) == round(10 / 400 * 255)


def test_a_picture_is_a_jpeg_unless_another_is_wanted_and_fits_the_viewport(client: TestClient) -> None:
    reply = client.get(f"{ONE}/rendered?viewport=8,8")
    picture = Image.open(BytesIO(reply.content))
    assert (reply.headers["content-type"], picture.format, picture.size) == ("image/jpeg", "JPEG", (8, 8))


@pytest.mark.parametrize(
    "query", ["window=a,b", "window=1,0", "window=1", "viewport=0,9", "viewport=x", "window=1,2,sigmoid"]
)
def test_a_picture_that_cannot_be_drawn_so_is_told(client: TestClient, query: str) -> None:
    assert client.get(f"{ONE}/rendered?{query}").status_code == 400


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (f"/dicomweb/studies/{STUDY}", "application/dicom+xml"),
        (f"{ONE}/metadata", "application/dicom+xml"),
        (f"{ONE}/rendered", "image/gif"),
    ],
)
def test_what_is_not_given_in_that_form_is_406(client: TestClient, path: str, accept: str) -> None:
    assert client.get(path, headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize("path", ["/dicomweb/studies/9.9", "/dicomweb/studies/9.9/metadata", f"{ONE}.5/frames/1"])
def test_what_is_not_here_is_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_what_is_not_a_number_is_left_out_of_json() -> None:
    told = {"00180050": {"vr": "FD", "Value": [float("nan")]}, "00280010": {"vr": "US", "Value": [16]}}
    assert json.loads(written(told)) == {"00280010": {"vr": "US", "Value": [16]}}
