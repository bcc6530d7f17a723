"""Does every setting have a reader, and does every reader read from the store?"""

from dataclasses import dataclass
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.serve.settings.live import SOURCE
from fiducial.serve.settings.reads import Read, all_reads
from fiducial.serve.settings.revisions import Revision, Revisions


@dataclass(frozen=True, slots=True)
class SettingAudit:
    """One setting: its value, who reads it, and what is wrong, in words."""

    revision: Revision
    reads: tuple[Read, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigAudit:
    """All settings of a store."""

    settings: tuple[SettingAudit, ...]

    @property
    def exit_code(self) -> int:
        """0, or 1 where a setting is dead or read from elsewhere."""
        return 1 if any(one.faults for one in self.settings) else 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "schema": "fiducial.config-audit/1",
            "notice": NOTICE,
            "settings": [
                {
                    "name": one.revision.name,
                    "value": one.revision.value,
                    "revision": one.revision.revision,
                    "consumers": [
                        {"consumer": read.consumer, "source": read.source, "revision": read.revision}
                        for read in one.reads
                    ],
                    "faults": list(one.faults),
                }
                for one in self.settings
            ],
        }


def audit_settings(revisions: Revisions) -> ConfigAudit:
    """Ask the record. A setting that the service has not had the occasion to read yet counts as unread, and says so."""
    reads = all_reads(revisions.database)
    current = revisions.current()
    return ConfigAudit(
        tuple(_audited(one, tuple(read for read in reads if read.name == name)) for name, one in current.items())
    )


def _audited(revision: Revision, reads: tuple[Read, ...]) -> SettingAudit:
    faults = [f"{one.consumer} reads it from {one.source}, not from the store" for one in reads if one.source != SOURCE]
    if not reads:
        faults.append("nobody has read it: it is dead, or the service has not run since it was made")
    return SettingAudit(revision, reads, tuple(faults))
