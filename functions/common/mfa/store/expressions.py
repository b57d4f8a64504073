"""Collects an update and its conditions step by step, so that each step can be read by itself."""

from typing import Any

from mfa.store import conditions as when
from mfa.store.table import Key, Write


class Update:
    """One update of one item, under conditions that must all hold.

    ```python
    update = Update()
    update.set(prefix="XYWD", locale=None)   # sets the one, removes the other
    update.add("charged", {send_id})
    update.only_if(when.SENDS_LEFT, {"#charged": "charged"}, max_sends=5)
    table.transact(lambda: [update.write("challenge", key)])
    ```
    """

    def __init__(self) -> None:
        self._clauses: dict[str, list[str]] = {"SET": [], "REMOVE": [], "ADD": []}
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def set(self, **attributes: Any) -> None:
        """Sets attributes. None and empty text remove one: an attribute is there or it is not."""
        for attribute, value in attributes.items():
            if value is None or value == "":
                self.remove(attribute)
            else:
                self._clauses["SET"].append(f"{self._name(attribute)} = {self._value(f'set_{attribute}', value)}")

    def set_in(self, attribute: str, member: str, value: Any) -> None:
        """Sets a member of a map. An item without the map refuses it: a condition must ask for the map."""
        self._clauses["SET"].append(f"{self._member(attribute, member)} = {self._value(f'set_{attribute}', value)}")

    def begin_at(self, value: Any, *attributes: str) -> None:
        """Sets attributes that are not there yet, and leaves the others."""
        for attribute in attributes:
            name, start = self._name(attribute), self._value(f"begin_{attribute}", value)
            self._clauses["SET"].append(f"{name} = if_not_exists({name}, {start})")

    def remove(self, *attributes: str) -> None:
        """Removes attributes."""
        self._clauses["REMOVE"] += map(self._name, attributes)

    def remove_in(self, attribute: str, *members: str) -> None:
        """Removes members of a map."""
        self._clauses["REMOVE"] += [self._member(attribute, member) for member in members]

    def remove_first(self, attribute: str, count: int) -> None:
        """Removes the first elements of a list; those that were appended meanwhile stay."""
        self._clauses["REMOVE"] += [f"{self._name(attribute)}[{index}]" for index in range(count)]

    def remove_at(self, attribute: str, index: int) -> None:
        """Removes one element of a list."""
        self._clauses["REMOVE"].append(f"{self._name(attribute)}[{index}]")

    def append(self, attribute: str, *elements: Any) -> None:
        """Appends to a list. An item without the list gets one."""
        name, none = self._name(attribute), self._value("none", [])
        added = self._value(f"append_{attribute}", list(elements))
        self._clauses["SET"].append(f"{name} = list_append(if_not_exists({name}, {none}), {added})")

    def add(self, attribute: str, value: Any) -> None:
        """Adds to a number or a set."""
        self._clauses["ADD"].append(f"{self._name(attribute)} {self._value(f'add_{attribute}', value)}")

    def only_if(self, condition: str, names: dict[str, str] | None = None, **values: Any) -> None:
        """Adds a condition of `conditions`, with the names and values that it uses."""
        self._conditions.append(condition)
        self._names |= names or {}
        self._values |= {f":{name}": value for name, value in values.items()}

    def write(self, label: str, key: Key) -> Write:
        """The write of it all."""
        clauses = [f"{verb} {', '.join(parts)}" for verb, parts in self._clauses.items() if parts]
        return Write(
            label=label,
            verb="Update",
            key=key,
            update=" ".join(clauses),
            condition=when.every(*self._conditions) if self._conditions else None,
            names=self._names,
            values=self._values,
        )

    def _name(self, attribute: str) -> str:
        # Each name is written as a placeholder: many are reserved words.
        self._names[f"#{attribute}"] = attribute
        return f"#{attribute}"

    def _member(self, attribute: str, member: str) -> str:
        placeholder = f"#member_{member}"
        self._names[placeholder] = member
        return f"{self._name(attribute)}.{placeholder}"

    def _value(self, name: str, value: Any) -> str:
        self._values[f":{name}"] = value
        return f":{name}"
