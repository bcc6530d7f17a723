"""Times, names and values as a page says them."""

import pytest

from fiducial.serve.web.pages.words import date, name, plain, readable, sentence, short, target, took


@pytest.mark.parametrize(
    ("seconds", "told"), [(-1, "0 s"), (45, "45 s"), (720, "12 min"), (11_100, "3 h 05"), (187_300, "2 d 4 h")]
)
def test_a_time_is_told_as_a_clock_on_the_wall_does(seconds: float, told: str) -> None:
    assert took(seconds) == told


def test_a_target_says_what_is_left_and_what_is_over() -> None:
    assert (target(1300, 1000), target(400, 1000), target(None, 1)) == ("5 min left", "10 min over", "")


@pytest.mark.parametrize(
    ("dicom", "told"),
    [
        ("Doe^Jane^M", "Doe, Jane M"),
        ("Yamada^Tarou=\u5c71\u7530", "Yamada, Tarou"),
        ("Doe", "Doe"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_name_is_told_family_first(dicom: str | None, told: str) -> None:
    assert name(dicom) == told


def test_a_date_that_is_none_stays_as_it_was_sent() -> None:
    assert (date("20260131"), date("odd"), date(None)) == ("2026-01-31", "odd", "")


def test_the_middle_of_a_uid_is_left_out_and_its_file_stays_readable() -> None:
    assert readable("1.2.826.0.1.3680043.8.498.123456.dcm: is cut off") == "...123456.dcm: is cut off"
    assert readable("0.91 over 0.80") == "0.91 over 0.80"


def test_a_reason_becomes_a_sentence() -> None:
    assert (sentence("not read: is cut off."), sentence("")) == ("Is cut off.", "")


def test_values_are_told_short() -> None:
    assert (short("true"), short("0.2514077"), short("PA"), short(None)) == ("yes", "0.2514", "PA", "")
    assert (plain(10.0), plain(0.25), plain("word")) == ("10", "0.25", "word")
