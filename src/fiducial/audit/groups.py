"""The external groups: every value, band or year of each column that the claim names, rows without one together."""

from collections.abc import Iterator

from fiducial.audit.case import Case, Decisions
from fiducial.claims.strata import parse_stratum

UNKNOWN = "(unknown)"


def external_groups(case: Case) -> Iterator[tuple[str, Decisions]]:
    """``site=A`` and its decisions, column by column; nothing where a column is absent."""
    external = case.external
    for text in case.claim.evidence.external_by:
        stratum = parse_stratum(text)
        if stratum.column not in external.columns.columns:
            continue
        labels = stratum.labels(external.columns[stratum.column]).fill_null(f"{stratum.column}={UNKNOWN}")
        for label in labels.unique().sort().to_list():
            yield label, external.where((labels == label).to_numpy())
