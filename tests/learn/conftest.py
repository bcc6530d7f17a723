"""The room that imports torch: its tests run where torch is (make learn), and are not collected elsewhere."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["*"]
