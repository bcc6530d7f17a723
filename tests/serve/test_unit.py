"""The unit: systemd takes it, and it says what was asked for."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fiducial.cli.app import app
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.unit import UnitOptions, install_unit, unit_text, verify_unit

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
@pytest.mark.parametrize(
    "options", [UnitOptions(Path("/p")), UnitOptions(Path("/a b/100%"), Path("/srv/d"), user="root")]
)
def test_systemd_finds_nothing_wrong_with_it(options: UnitOptions) -> None:
    assert verify_unit(unit_text(options)) == ""


@needs_systemd
def test_what_systemd_would_not_take_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="systemd would not take"):
        install_unit(UnitOptions(Path("/p"), python=Path("/nowhere/python")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_words_reach_the_command_as_they_were_given() -> None:
    text = unit_text(UnitOptions(Path("/a b/50%"), serve=("--store", "postgresql://u:$x@h/d")))
    assert '--pipeline "/a b/50%%" --data /var/lib/fiducial --store' in text
    assert "postgresql://u:$$x@h/d" in text


def test_data_elsewhere_belong_to_somebody() -> None:
    with pytest.raises(WrongUsage, match="give --user"):
        unit_text(UnitOptions(Path("/p"), Path("/srv/reads")))


def test_a_low_port_needs_one_capability_and_no_other() -> None:
    assert "CapabilityBoundingSet=\n" in unit_text(UnitOptions(Path("/p")))
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in unit_text(UnitOptions(Path("/p"), low_port=True))


def test_options_of_serve_are_checked_and_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["service", "install", "-p", "chest", "--dry-run", "--port", "443", "--access", "access.toml"]
    done = CliRunner().invoke(app, command)
    assert (
        f"--pipeline {tmp_path}/chest --data /var/lib/fiducial --port 443 --access {tmp_path}/access.toml"
        in done.output
    )
    assert CliRunner().invoke(app, [*command, "--prot", "1"]).exit_code == 2


def test_an_option_that_is_given_several_times_stays_so_and_a_no_stays_no() -> None:
    command = ["service", "install", "-p", "/p", "--dry-run", "--allow", "CT", "--allow", "MR", "--no-dicom"]
    assert "--no-dicom --allow CT --allow MR" in CliRunner().invoke(app, command).output


def test_a_dry_run_writes_nothing_and_a_real_one_the_same(tmp_path: Path) -> None:
    command = ["service", "install", "-p", "/p", "--to", str(tmp_path)]
    printed = CliRunner().invoke(app, [*command, "--dry-run"]).output
    assert list(tmp_path.iterdir()) == []
    CliRunner().invoke(app, command)
    assert (tmp_path / "fiducial.service").read_text() == printed
