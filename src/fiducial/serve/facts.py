"""What the rules of a study were given, kept beside its result: without it nothing could be decided again."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from fiducial.pipelines.result import StudyResult
from fiducial.rules.facts import Facts
from fiducial.rules.saved_facts import facts_document, facts_of_document
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import FACTS


def keep_facts(connection: Connection, key: str, parts: Sequence[StudyResult]) -> None:
    """As part of the transaction that keeps the result of the job ``key``."""
    found = {one.study: facts_document(one.decision.facts) for one in parts if one.decision is not None}
    connection.execute(insert(FACTS).values(key=key, document=json.dumps(found, ensure_ascii=False)))


def read_facts(database: Database, key: str) -> dict[str, Facts]:
    """Part -> its facts; empty where the job decided nothing."""
    with database.reading() as connection:
        found = connection.execute(select(FACTS.c.document).where(FACTS.c.key == key)).scalar()
    return {} if found is None else {name: facts_of_document(one) for name, one in json.loads(found).items()}
