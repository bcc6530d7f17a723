"""Takes studies as they come in, gives what was decided: intake, a durable queue, workers, settings that cannot lie."""
