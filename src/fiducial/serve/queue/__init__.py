"""Jobs that end exactly once: takes what is to be done, gives it to one worker at a time, keeps one result a job."""
