"""Operations with names like a/b/c → the tree of their name scopes, small enough to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tbreport.exhibits import Op, Scope

DEEPEST = 12  # scopes within each other; deeper ones are one name
WIDEST = 80  # children of a scope that are told
MOST = 1_200  # lines of a tree
KINDS = 4  # that a scope names
LONGEST = 120  # characters of a name


@dataclass(slots=True)
class Node:
    """A scope while it is filled."""

    kind: str = ""
    shape: str = ""
    ops: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    children: dict[str, Node] = field(default_factory=dict)


def tree(ops: Sequence[Op]) -> Scope:
    """The scopes of a graph, the root's name empty; in the order in which names first appear.

    Inputs are not followed, so a cycle among the operations means nothing here.
    """
    root = Node()
    for op in ops:
        parts = op.name.split("/", DEEPEST - 1)
        node = root
        count(node, op)
        for part in parts:
            node = node.children.setdefault(part[:LONGEST], Node())
            count(node, op)
        node.kind, node.shape = op.kind, op.shape
    return told("", root, [MOST])


def count(node: Node, op: Op) -> None:
    """Add an operation to what stands above it."""
    node.ops += 1
    node.kinds[op.kind] += 1


def told(name: str, node: Node, room: list[int]) -> Scope:
    """A node as far as there is room for lines; a chain of single scopes is one line.

    Rows of a scope come before those within its children, so that a tree that is cut loses depth.
    """
    while len(node.children) == 1 and not node.kind and name:
        ((part, node),) = node.children.items()
        name = f"{name}/{part}"
    shown = min(len(node.children), WIDEST, max(room[0], 0))
    room[0] -= shown
    children = [told(part, child, room) for part, child in list(node.children.items())[:shown]]
    return Scope(
        name,
        node.kind,
        node.shape,
        node.ops,
        tuple(node.kinds.most_common(KINDS)) if node.children else (),
        tuple(children),
        len(node.children) - shown,
    )
