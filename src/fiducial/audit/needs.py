"""What a rung can need, and what of it is missing: the only place where "not shown" comes from.

==========================  =====================================================================
``predictions.score``       predictions of the claim's finding
``cohort.label``            the column ``label.<finding>``
``cohort.patient``          a patient for every judged row
``cohort.<column>``         any other column of the cohort
``claim.strata``            strata in the claim, and the columns that they name
``claim.external_by``       groups in the claim, and the columns that they name
``split.internal``          labelled rows of the split that the claim calls internal
``split.external``          labelled rows with ``split = "external"``
``predictions.conditions``  predictions under conditions other than clean
``probes.<table>``          the attributions, features or measurements that probes wrote
``labels.<column>``         labels of the claim's finding, with that column filled somewhere
``readings.<column>``       readings of the claim's finding, with that column filled somewhere
``regions.truth``           boxes that readers drew for the claim's finding
``regions.model``           the model's own boxes of it, be it that it found none
``claim.prevalence``        the prevalence of use
``claim.seal``              a seal beside the claim, and its ledger
``claim.arms``              which arm of the readings is without the model, and which with it
==========================  =====================================================================
"""

from collections.abc import Callable, Iterator

from fiducial.audit.case import Case
from fiducial.claims.claim import ALL_ROWS
from fiducial.claims.strata import parse_stratum
from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean

PATIENT_REMEDY = "where every row is another patient, copy `study` into it"


def missing(needs: tuple[str, ...], case: Case) -> tuple[str, ...]:
    """What is missing of a rung's needs, each as a phrase with its remedy."""
    return tuple(phrase for need in needs for phrase in _missing(need, case))


def _missing(need: str, case: Case) -> Iterator[str]:
    room, _, name = need.partition(".")
    if need in _ALWAYS_THERE:
        return
    if need in _SPECIAL:
        yield from _SPECIAL[need](case)
    elif room == "cohort":
        yield from _missing_column(name, case)
    elif room == "probes":
        yield from _missing_table(name, case)
    elif room in {"labels", "readings"}:
        yield from _missing_words(room, name, case)
    elif room == "split":
        yield from _missing_split(name, case)
    else:
        raise WrongUsage(f"a rung needs {need!r}, which is none of the words in fiducial.audit.needs.")


def _missing_strata(case: Case) -> Iterator[str]:
    strata = case.claim.evidence.strata
    if not strata:
        yield 'evidence.strata in the claim (for example ["sex", "age:0-40-60-120"])'
    for text in strata:
        yield from _missing_column(parse_stratum(text).column, case)


def _missing_groups(case: Case) -> Iterator[str]:
    if not case.claim.evidence.external_by:
        yield 'evidence.external_by in the claim (for example ["site", "scanner"])'
    for text in case.claim.evidence.external_by:
        yield from _missing_column(parse_stratum(text).column, case)


def _missing_column(name: str, case: Case) -> Iterator[str]:
    columns = case.decisions.columns.columns
    if name not in columns:
        yield f"cohort column {name!r}{_perhaps(name, columns)}"


def _perhaps(name: str, columns: list[str]) -> str:
    hint = did_you_mean(name, columns).strip()
    return f" ({hint[0].lower()}{hint[1:]})" if hint else ""


def _missing_patients(case: Case) -> Iterator[str]:
    columns = case.decisions.columns
    if "patient" not in columns.columns:
        hint = _perhaps("patient", columns.columns)
        yield f"cohort column 'patient'{hint} ({PATIENT_REMEDY})"
    elif empty := columns["patient"].null_count():
        yield f"cohort column 'patient' in {empty} labelled rows ({PATIENT_REMEDY})"


def _missing_conditions(case: Case) -> Iterator[str]:
    if case.probed.stressed is None:
        yield "predictions under stress (fiducial probe makes them; name its folder as evidence.probes)"


def _missing_table(name: str, case: Case) -> Iterator[str]:
    found = {table: getattr(case.probed, table) for table in ("attributions", "features", "measurements")}
    if name not in found:
        raise WrongUsage(f"a rung needs 'probes.{name}', but probes write {', '.join(found)} only.")
    if found[name] is None or found[name].is_empty():
        yield f"{name} of the model (fiducial probe makes them; name its folder as evidence.probes)"


def _missing_words(room: str, name: str, case: Case) -> Iterator[str]:
    table = case.labels if room == "labels" else case.readings
    if table is None or table.is_empty():
        yield f"{room} of {case.claim.claim.finding} (name the table as evidence.{room} in the claim)"
    elif table[name].null_count() == table.height:
        yield f"the column {name!r} of the {room} table"


def _missing_prevalence(case: Case) -> Iterator[str]:
    if case.claim.claim.prevalence is None:
        yield "claim.prevalence: the prevalence of use (for example [0.02, 0.08])"


def _missing_seal(case: Case) -> Iterator[str]:
    if case.sealed is None:
        yield "a seal beside the claim's file (fiducial cohort seal claim.toml makes it, before anybody looks)"


def _missing_arms(case: Case) -> Iterator[str]:
    if not case.claim.evidence.arms:
        yield 'evidence.arms: the readings without the model and with it (for example ["unassisted", "assisted"])'
    known = [] if case.readings is None else case.readings["arm"].drop_nulls().unique().sort().to_list()
    for arm in case.claim.evidence.arms:
        if case.readings is not None and arm not in known:
            yield f"readings in arm {arm!r}, which evidence.arms names; there are {', '.join(known) or 'none'}"


def _missing_drawn(case: Case) -> Iterator[str]:
    if case.boxes is None or case.boxes.drawn is None:
        finding = case.claim.claim.finding
        yield f"reference boxes of {finding} (<cohort>.regions.parquet beside the cohort, model `truth`)"


def _missing_marked(case: Case) -> Iterator[str]:
    if case.boxes is None:
        yield "boxes of the model (<predictions>.regions.parquet beside the predictions)"


def _missing_split(name: str, case: Case) -> Iterator[str]:
    wanted = case.claim.evidence.internal if name == "internal" else name
    if wanted == ALL_ROWS:
        return
    if "split" not in case.decisions.columns.columns:
        yield "cohort column 'split' (fiducial cohort split makes it)"
    elif not len(case.internal if name == "internal" else case.external):
        yield f"labelled rows with split = {wanted!r}"


# Gathering the case has already refused tables without these.
_ALWAYS_THERE = frozenset({"predictions.score", "cohort.label"})
_SPECIAL: dict[str, Callable[[Case], Iterator[str]]] = {
    "cohort.patient": _missing_patients,
    "predictions.conditions": _missing_conditions,
    "regions.truth": _missing_drawn,
    "regions.model": _missing_marked,
    "claim.strata": _missing_strata,
    "claim.external_by": _missing_groups,
    "claim.arms": _missing_arms,
    "claim.prevalence": _missing_prevalence,
    "claim.seal": _missing_seal,
}
