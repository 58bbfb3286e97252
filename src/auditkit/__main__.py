"""`python -m auditkit` is the same as the command `auditkit`."""

from auditkit.cli.app import app

app()
