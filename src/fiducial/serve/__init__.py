"""From a PACS to a reader's screen and back: intake, a durable queue, workers, settings that cannot lie, a page."""
