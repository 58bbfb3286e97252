"""The command line: a file per command; each imports the pipeline in its body, so that help answers at once."""
