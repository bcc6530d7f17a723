"""Zips are unpacked within limits."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.intake.limits import Limits
from fiducial.serve.intake.packages import files_of


def zipped(members: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return packed.getvalue()


def read(content: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    return {name: stream.read() for name, stream in files_of(BytesIO(content), "up.zip", limits or Limits())}


def test_a_file_is_itself() -> None:
    assert read(b"pixels") == {"up.zip": b"pixels"}


def test_a_zip_gives_its_files_and_those_of_zips_in_it() -> None:
    inner = zipped({"b": b"2"})
    assert read(zipped({"x/a": b"1", "more.zip": inner})) == {"up.zip/a": b"1", "up.zip/more.zip/b": b"2"}


def test_a_zip_deeper_than_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge, match="zip in a zip"):
        read(zipped({"1": zipped({"2": zipped({"3": b""})})}))


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    with pytest.raises(TooLarge, match="as no image does"):
        read(zipped({"zeros": bytes(1 << 22)}))


@pytest.mark.parametrize("limits", [Limits(package=10), Limits(files=1)])
def test_more_than_the_limits_is_refused(limits: Limits) -> None:
    with pytest.raises(TooLarge):
        read(zipped({"a": b"12345678", "b": b"12345678"}), limits)


def test_a_damaged_zip_is_told() -> None:
    with pytest.raises(Refused, match=r"up\.zip: is a damaged zip"):
        read(zipped({"a": b"1234"})[:-10])
