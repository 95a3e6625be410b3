"""What a client sends: the values of a new row, and a patch."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args

from harness.errors import InvalidValue
from harness.models.entity import Entity, Row, entity_of

__all__ = ["New", "Patch"]

R = TypeVar("R", bound=Row)


class _Values(Generic[R]):
    """Some columns of an entity, by snake_case name. Which types they may have is checked by the codec."""

    entity: ClassVar[Entity[Any]]
    values: Mapping[str, Any]

    def __init_subclass__(cls) -> None:
        for base in getattr(cls, "__orig_bases__", ()):
            for row in get_args(base):
                if isinstance(row, type):
                    cls.entity = entity_of(row)

    def __init__(self, **values: Any) -> None:
        for name in values:
            if name not in self.entity.by_name:
                raise InvalidValue(name, f"is no column of {self.entity.table}")
            if name in self.entity.assigned:
                raise InvalidValue(name, "is assigned by the store and cannot be set")
        self.values = MappingProxyType(dict(values))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read camelCase names. The values stay as they are; raises InvalidValue for an unknown name."""
        by_alias = cls.entity.by_alias
        return cls(
            **{by_alias[name].name if name in by_alias else name: value for name, value in values.items()}
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and dict(self.values) == dict(other.values)

    __hash__ = None  # type: ignore[assignment]  # JSON values are not hashable

    def __repr__(self) -> str:
        """Name the columns only: values may be secrets, and this ends up in logs."""
        return f"{type(self).__name__}({', '.join(self.values)})"


class New(_Values[R]):
    """The values of a row to create. A column left out gets its default, or NULL.

    Raises InvalidValue for a name that is no column, or that only the store sets.
    """


class Patch(_Values[R]):
    """The changes to a row. What is named changes, None clears, what is absent stays.

    Raises InvalidValue for a name that is no column, or that no client may change.
    """

    def __init__(self, **changes: Any) -> None:
        if "id" in changes:
            raise InvalidValue("id", "cannot be changed")
        super().__init__(**changes)
