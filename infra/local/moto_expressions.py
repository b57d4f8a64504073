"""Makes moto read DynamoDB's expressions fast: each text is parsed once, and its tree is walked without waste.

For every update, moto 5 parses the same text four times, copies its tree by `copy.deepcopy`, and walks the copy ten times,
asking for each node what it is by slow checks of abstract classes. It parses each condition three times. Here the parsed
trees are kept, because nothing changes them: moto changes a copy. The copy and the walks come to the same results in the
same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.parsing.tokens import ExpressionTokenizer
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
    UpdateHashRangeKeyValidator,
)

_KEPT = 1024
# These two modules of moto have no types.
_nodes: Any = ast_nodes
_parser: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]


class _Conditions:
    """The parsed conditions, with the names and values that each of them uses."""

    def __init__(self, parse: Callable[[ConditionExpressionParser], Any]) -> None:
        self._parse = parse
        self._known: dict[tuple[str | None, str, str], tuple[Any, list[str], list[str]]] = {}

    def parse(self, parser: ConditionExpressionParser) -> Any:
        """The tree of a parser's condition. A refused condition is not kept."""
        names, values = parser.expression_attribute_names, parser.expression_attribute_values
        key = (parser.condition_expression, repr(names), repr(values))
        if known := self._known.get(key):
            tree, names_found, values_found = known
            parser.expr_attr_names_found.extend(names_found)
            parser.expr_attr_values_found.extend(values_found)
            return tree
        tree = self._parse(parser)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[key] = (tree, [*parser.expr_attr_names_found], [*parser.expr_attr_values_found])
        return tree


def _copied(node: Any, _memo: object = None) -> Any:
    """A copy of a tree. Its leaves are texts and numbers, and a node's parent is the node that it is in."""
    made = object.__new__(type(node))
    made.__dict__ = dict(node.__dict__)
    if node.children is not None:
        made.children = []
        for child in node.children:
            if _is_node(_kind(child)):
                child = _copied(child)
                child.parent = made
            made.children.append(child)
    return made


def _kind(value: object) -> Any:
    return type(value)


@cache
def _is_node(kind: Any) -> bool:
    return issubclass(kind, _nodes.Node)


@cache
def _may_hold_clauses(kind: Any) -> bool:
    return issubclass(kind, (_nodes.Expression, _nodes.UpdateExpressionFunction))


def _find_clauses(node: Any, clause_types: Sequence[type]) -> list[Any]:
    """The nodes of these types in a tree, as `Node.find_clauses` finds them."""
    found: list[Any] = []

    def search(node: Any) -> None:
        for child in node.children or ():
            kind = _kind(child)
            if kind in clause_types:
                found.append(child)
            elif _may_hold_clauses(kind):
                search(child)

    search(node)
    return found


def _make(parser: Any, text: str) -> Any:
    """The tree of an update. It and its copies know their text."""
    tree = parser(ExpressionTokenizer.make_list(text)).parse()
    tree.text = text
    return tree


_passed: set[tuple[type, str, str]] = set()


def _check(traverser: Any, root: Any) -> Any:
    """Runs a check that depends on the text, the names and the table's keys alone, once for each of them."""
    check = (type(traverser), root.text, repr(vars(traverser)))
    if check not in _passed:
        _traverse(traverser, root)
        if len(_passed) >= _KEPT:
            _passed.clear()
        _passed.add(check)
    return root


# What other nodes turn into, when a traverser has found their value.
_FOUND = (_nodes.DDBTypedValue, _nodes.NoneExistingPath)
_SOUGHT = (
    _nodes.ExpressionAttributeValue,
    _nodes.UpdateExpressionFunction,
    _nodes.UpdateExpressionPath,
    _nodes.UpdateExpressionValue,
)


@cache
def _key(kinds: tuple[type, ...], kind: type) -> type | None:
    """The first of these kinds that a node of this kind is of."""
    return next((each for each in kinds if issubclass(kind, each)), None)


@lru_cache(_KEPT)
def _way(text: str, kinds: tuple[type, ...]) -> Any:
    """The way to an update's nodes of these kinds: of each node to enter, its place in its parent, its kind, and its own way."""
    if any(issubclass(kind, _FOUND) for kind in kinds):
        kinds += _SOUGHT

    def below(node: Any) -> tuple[Any, ...]:
        children = [
            (place, each, below(each)) for place, each in enumerate(node.children or ()) if _is_node(_kind(each))
        ]
        return tuple((place, _kind(each), way) for place, each, way in children if way or _key(kinds, _kind(each)))

    return below(_parser.make(text))


def _traverse(traverser: Any, root: Any) -> Any:
    """Processes a tree bottom up, as `DepthFirstTraverser` does, but goes only where there is something to process.

    Where an earlier traverser has put another node, it looks at everything.
    """
    processing = traverser._processing_map()
    kinds = tuple(processing)
    # Most traversers do nothing on the way down.
    enters = type(traverser).pre_processing_of_child is not _nodes.DepthFirstTraverser.pre_processing_of_child
    enter = traverser.pre_processing_of_child if enters else None

    def walk(node: Any, child_id: int, way: Any) -> Any:
        parent = node.parent
        if way is None:
            children = node.children or ()
            way = [(place, None, None) for place, child in enumerate(children) if enter or _is_node(_kind(child))]
        for place, kind, onward in way:
            child = node.children[place]
            if enter is not None:
                enter(node, place)
            if _is_node(_kind(child)):
                walk(child, place, onward if type(child) is kind else None)
        if (key := _key(kinds, _kind(node))) is not None:
            node = processing[key](node)
            node.parent = parent
            if parent:
                parent.children[child_id] = node
        return node

    if not _is_node(_kind(root)):
        return root
    text = getattr(root, "text", None)
    return walk(root, -1, None if text is None else _way(text, kinds))


def install() -> None:
    """Make the expressions of this process fast. One call is enough."""
    if _nodes.DepthFirstTraverser.traverse is _traverse:
        return
    conditions = _Conditions(ConditionExpressionParser.parse)

    def parse(self: ConditionExpressionParser) -> Any:
        return conditions.parse(self)

    make: Any = classmethod(lru_cache(_KEPT)(_make))  # type: ignore[arg-type]  # a parser class can be hashed
    ConditionExpressionParser.parse = parse  # type: ignore[method-assign]
    _parser.make = make
    _nodes.DepthFirstTraverser.traverse = _traverse
    for validator in (ActionCountValidator, OverlappingPathsValidator, UpdateHashRangeKeyValidator):
        validator.traverse = _check
    _nodes.Node.find_clauses = _find_clauses
    _nodes.Node.__deepcopy__ = _copied
