"""Claims audited together: one verdict over all, the doubt shared out, and no claim stops the others."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from audit.studies import make_study
from fiducial.audit import tables
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Evidence, Verdict
from fiducial.claims.index import Family
from fiducial.cohort.table import Cohort, CohortSource, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.report.folder import as_json

FAST: dict[str, Any] = {"resamples": 100}


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    return two_claims(tmp_path)


def two_claims(folder: Path) -> Path:
    """A folder of two claims on one study: ``easy`` holds, ``hard`` fails."""
    study = make_study(400)
    study.cohort.write_csv(folder / "cohort.csv")
    study.predictions.write_csv(folder / "predictions.csv")
    (folder / "claims").mkdir()
    for name, floor in (("easy", "auroc = 0.7"), ("hard", "specificity = 0.999")):
        write(folder / "claims" / f"{name}.toml", name, floor)
    return folder / "claims"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their report, a broken claim among them."""
    folder = tmp_path_factory.mktemp("saved")
    claims = two_claims(folder)
    (claims / "broken.toml").write_text("[claim")
    return fd.climb_all(claims, **FAST).save(folder / "report").parent


def write(path: Path, name: str, floor: str = "auroc = 0.7") -> None:
    path.write_text(
        f'[claim]\nname = "{name}"\nfinding = "x"\nthreshold = {{ value = 0.5 }}\n[floors]\n{floor}\n'
        '[ladder]\nrequired = ["internal"]\n'
        '[evidence]\ncohort = "../cohort.csv"\npredictions = "../predictions.csv"\n'
    )


def test_every_claim_of_a_folder_is_audited_and_the_worst_verdict_is_told(claims: Path) -> None:
    index = fd.climb_all(claims, **FAST)
    assert [(one.name, one.evidence.verdict) for one in index.audited] == [
        ("easy", Verdict.HOLDS),
        ("hard", Verdict.FAILS),
    ]
    assert (index.verdict, index.exit_code) == (Verdict.FAILS, 1)


def test_an_unreadable_claim_is_listed_and_the_others_go_on(claims: Path) -> None:
    (claims / "broken.toml").write_text("[claim")
    index = fd.climb_all(claims, **FAST)
    assert [one.source for one in index.unaudited] == ["broken.toml"]
    assert (len(index.audited), index.exit_code) == (2, 5)


def test_where_no_claim_can_be_audited_the_exit_code_says_unusable(tmp_path: Path) -> None:
    write(tmp_path / "c.toml", "c")
    assert fd.climb_all(tmp_path, **FAST).exit_code == 4


def test_a_missing_table_is_listed_without_its_folder(claims: Path) -> None:
    (claims.parent / "cohort.csv").unlink()
    errors = [one.error for one in fd.climb_all(claims.resolve(), **FAST).unaudited]
    assert len(errors) == 2
    assert all("no such file" in error and str(claims.parent) not in error for error in errors)


def test_two_claims_of_one_name_do_not_overwrite_each_other(claims: Path) -> None:
    write(claims / "other.toml", "EASY")
    unaudited = fd.climb_all(claims, **FAST).unaudited
    assert [one.source for one in unaudited] == ["other.toml"]
    assert "so is easy.toml" in unaudited[0].error


@pytest.mark.parametrize("name", ["..", ".", "index.html"])
def test_a_name_that_can_be_no_folder_is_refused(claims: Path, name: str) -> None:
    write(claims / "zz.toml", name)
    assert "Rename it" in fd.climb_all(claims, **FAST).unaudited[0].error


def test_a_claim_named_twice_is_audited_once(claims: Path) -> None:
    assert fd.climb_all([claims, claims / "easy.toml"], **FAST).family.claims == 2


def test_a_folder_without_a_claim_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="holds no claim"):
        fd.climb_all(tmp_path)


def test_an_unknown_family_is_answered_with_the_nearest(claims: Path) -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'bonferroni'"):
        fd.climb_all(claims, family="bonferoni")


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_that_is_none_is_refused(claims: Path, confidence: float) -> None:
    with pytest.raises(WrongUsage, match="between 0 and 1"):
        fd.climb_all(claims, confidence=confidence)
    with pytest.raises(WrongUsage, match="between 0 and 1"):
        fd.climb(claims / "easy.toml", confidence=confidence)


def test_intervals_widen_with_the_number_of_claims_unless_nobody_shares(claims: Path) -> None:
    alone = fd.climb(claims / "easy.toml", **FAST)
    shared, unshared = (fd.climb_all(claims, family=one, **FAST).audited[0].evidence for one in ("bonferroni", "none"))
    assert shared.provenance.confidence == pytest.approx(0.975)
    assert width(shared) > width(alone)
    assert unshared.rungs == alone.rungs


def width(evidence: Evidence) -> float:
    interval = evidence["internal"].figures[0].interval
    assert interval is not None
    return float(interval.high - interval.low)


@given(st.integers(2, 500), st.floats(0.5, 0.999))
def test_the_chances_of_missing_add_up_to_the_familys(claims: int, confidence: float) -> None:
    family = Family("bonferroni", claims, confidence)
    assert claims * (1 - family.each) == pytest.approx(1 - confidence)


def test_one_claim_alone_is_judged_as_ever() -> None:
    assert Family("bonferroni", 1).each == 0.95


def test_the_command_of_a_claims_evidence_gives_the_same_evidence_alone(claims: Path) -> None:
    together = fd.climb_all(claims, **FAST)
    alone = fd.climb(claims / "easy.toml", confidence=together.family.each, **FAST)
    assert as_json(alone) == as_json(together.audited[0].evidence)
    assert f"--confidence {together.family.each!r}" in alone.provenance.command


def test_a_shared_table_is_read_once(claims: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[CohortSource] = []

    def counting(source: CohortSource) -> Cohort:
        read.append(source)
        return read_cohort(source)

    monkeypatch.setattr(tables, "read_cohort", counting)
    fd.climb_all(claims, **FAST)
    assert len(read) == 1


def test_few_resamples_are_said_to_be_few(claims: Path) -> None:
    assert any("--resamples 400" in note for note in fd.climb_all(claims, **FAST).notes)


def test_the_index_names_every_evidence_with_its_hash(saved: Path) -> None:
    text = (saved / "index.json").read_text()
    told = json.loads(text)
    assert told["schema"] == "fiducial.audit-index/1"
    for one in told["claims"]:
        path = saved / one["evidence"]["path"]
        assert hash_file(path) == one["evidence"]["hash"]
        assert json.loads(path.read_text())["verdict"] == one["verdict"]
    assert str(saved.parent) not in text


def test_the_overview_links_to_every_report(saved: Path) -> None:
    page = (saved / "index.html").read_text()
    for words in ("easy/report.html#internal", "hard/report.html", "broken.toml", "not audited", "medical device"):
        assert words in page


def test_the_same_claims_give_the_same_bytes(claims: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fd.climb_all(claims, **FAST).save(tmp_path / name, pdf=True)
    one, two = (sorted(path for path in (tmp_path / name).rglob("*.*") if path.is_file()) for name in ("one", "two"))
    assert len(one) > 10
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_claims_and_frames_from_memory_are_taken() -> None:
    study = make_study(400)
    index = fd.climb_all([study.claim], cohort=study.cohort, predictions=study.predictions, **FAST)
    assert [one.source for one in index.audited] == ["c"]


@pytest.mark.real
def test_findings_of_nih_share_one_cohort_and_one_family(real_data: Path, tmp_path: Path) -> None:
    cohort = fd.build_cohort(fd.Source(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz")).cohort
    findings = cohort.findings[:3]
    claims = [_age_claim(finding) for finding in findings]
    scored = cohort.rows.with_columns(score=(cohort.rows["age"].fill_null(50) / 200).clip(0, 1))
    index = fd.climb_all(claims, cohort=scored, **FAST)
    assert [one.name for one in index.audited] == [f"age-{finding}" for finding in findings]
    assert index.verdict is Verdict.FAILS
    assert index.save(tmp_path).exists()


def _age_claim(finding: str) -> Claim:
    return Claim.model_validate(
        {
            "claim": {"name": f"age-{finding}", "finding": finding, "threshold": {"value": 0.3}},
            "floors": {"auroc": 0.8},
            "ladder": {"required": ["internal"]},
            "evidence": {"internal": "all"},
        }
    )
