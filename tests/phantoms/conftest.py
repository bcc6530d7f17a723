"""One small set of hospitals on disk, written once."""

import pytest

from fiducial.phantoms.hidden_faults import Planted, write_hospitals_with_hidden_faults


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return write_hospitals_with_hidden_faults(tmp_path_factory.mktemp("hospitals"), seed=3, patients=60)
