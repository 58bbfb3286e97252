"""What stages hand on: frozen dataclasses, and the one pydantic module that reads and writes JSON."""
