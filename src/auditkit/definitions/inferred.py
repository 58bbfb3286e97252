"""Groups that nobody recorded: the audit file names the probabilities of belonging to them."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from auditkit.definitions.strict import Definition
from auditkit.definitions.values import Value
from auditkit.errors import shown


class InferredGroup(Definition):
    """A way of dividing people of which only probabilities are known, such as race inferred from name and address."""

    probabilities: Annotated[dict[Value, str], Field(min_length=1)] = Field(
        description="groups, each with the column of the probability of belonging to it, from 0 to 1."
    )
    reference: Value | None = Field(None, description="the group that the others are compared with.")

    @model_validator(mode="after")
    def _has_its_reference(self) -> Self:
        if self.reference is not None and self.reference not in self.probabilities:
            msg = f"the reference is one of the groups of 'probabilities' ({shown(self.probabilities)})"
            raise ValueError(msg)
        return self


def inferred_apart(given: Any) -> Any:
    """Move groups that give probabilities from `groups`, where they are written, to `inferred`."""
    groups = given.get("groups")
    if not isinstance(groups, dict):
        return given
    inferred = {
        name: group for name, group in groups.items() if isinstance(group, dict) and "probabilities" in group
    }
    known = {name: group for name, group in groups.items() if name not in inferred}
    return {**given, "groups": known, "inferred": {**given.get("inferred", {}), **inferred}}
