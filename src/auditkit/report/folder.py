"""Writing a run folder all or nothing, and the manifest that identifies it."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from auditkit.definitions.audience import Audience
from auditkit.errors import ReportError
from auditkit.results.document import AuditDocument


def check_free(folder: Path, *, existing: Literal["refuse", "replace"]) -> None:
    """Refuse a folder that holds something else, before any work is done."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if existing == "replace" and (folder / "manifest.json").is_file() and (folder / "audit.json").is_file():
        return
    found = "it exists and is not empty." if existing == "refuse" else "it exists and is not a run folder."
    mend = "Name another folder, or pass --replace to replace an earlier run folder."
    raise ReportError(where=str(folder), found=found, mend=mend)


def write_folder(folder: Path, files: Mapping[str, bytes], *, existing: Literal["refuse", "replace"]) -> None:
    """Write a folder beside its place and move it there at the end, so that nobody sees half of one."""
    check_free(folder, existing=existing)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        found = f"the folder cannot be made ({error.strerror})."
        raise ReportError(
            where=str(folder), found=found, mend="Name a folder that you may write to."
        ) from error
    try:
        fresh = scratch / "new"
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if folder.exists():
            folder.rename(scratch / "old")
        fresh.rename(folder)
    except OSError as error:
        if (scratch / "old").exists() and not folder.exists():
            (scratch / "old").rename(folder)
        found = f"writing stopped ({error.strerror})."
        raise ReportError(
            where=str(folder), found=found, mend="Free space or name another folder."
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def manifest(document: AuditDocument, files: Mapping[str, bytes], *, audience: Audience) -> bytes:
    """List what goes in and what comes out, with SHA-256, so that a stranger can check a re-run."""
    provenance, pledge = document.provenance, document.policy.pledge
    content = {
        "schema_version": document.schema_version,
        "command": provenance.command,
        "audience": audience,
        "created": provenance.created,
        "seed": provenance.seed,
        "versions": provenance.versions,
        "policy": {"file": document.policy.file, "sha256": document.policy.sha256},
        "pledge": None if pledge is None else {"file": pledge.file, "sha256": pledge.sha256},
        "audit_file": {"sha256": provenance.audit_sha256},
        "inputs": [
            {"file": item.file, "bytes": item.bytes, "sha256": item.sha256, "hashed": item.hashed}
            for item in document.inputs
        ],
        "parts": [
            {"file": part.file, "bytes": part.bytes, "sha256": part.sha256}
            for item in document.inputs
            for part in item.parts
        ],
        "beside": [
            {"role": one.role, "file": one.file, "bytes": one.bytes, "sha256": one.sha256}
            for one in document.oversight.files
        ],
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
