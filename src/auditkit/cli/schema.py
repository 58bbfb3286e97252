"""`auditkit schema`: JSON Schemas of the files that others write and read."""

import json
from enum import StrEnum
from typing import Annotated

import typer


class What(StrEnum):
    """Files with a schema."""

    audit = "audit"
    policy = "policy"
    checks = "checks"
    tool_type = "tool_type"
    result = "result"
    pledge = "pledge"
    retrain = "retrain"
    actions = "actions"
    notes = "notes"


def schema(
    what: Annotated[
        What,
        typer.Argument(help="audit, policy, checks, tool_type, result, pledge, retrain, actions or notes."),
    ],
) -> None:
    """Print the JSON Schema of an audit file or of what stands beside it: policy, pledge, actions, result and others."""
    from pydantic import BaseModel

    from auditkit.definitions.audit_file import AuditFile
    from auditkit.definitions.checks import CheckSuite, ToolType
    from auditkit.definitions.oversight import ActionList, NoteList
    from auditkit.definitions.pledge import Pledge
    from auditkit.definitions.policy import Policy
    from auditkit.definitions.retrain import RetrainMessage
    from auditkit.results.document import AuditDocument

    kinds: dict[What, type[BaseModel]] = {
        What.audit: AuditFile, What.policy: Policy, What.checks: CheckSuite, What.tool_type: ToolType,
        What.result: AuditDocument, What.pledge: Pledge, What.retrain: RetrainMessage,
        What.actions: ActionList, What.notes: NoteList,
    }  # fmt: skip
    typer.echo(json.dumps(kinds[what].model_json_schema(), ensure_ascii=False, indent=1))
