"""The workers: takes jobs from the queue, runs the pipeline on what was kept; nothing is lost or done twice."""
