"""Name scopes of a graph: counted, shortened, bounded."""

from __future__ import annotations

from tbreport.analysis.scopes import DEEPEST, MOST, WIDEST, tree
from tbreport.exhibits import Op, Scope


def lines(scope: Scope) -> int:
    return len(scope.children) + sum(lines(child) for child in scope.children)


def depth(scope: Scope) -> int:
    return 1 + max((depth(child) for child in scope.children), default=0)


def test_scopes_count_their_operations_and_name_the_most_frequent() -> None:
    found = tree([Op("net/fc/matmul", "MatMul", "64×10"), Op("net/fc/bias", "Add"),
                  Op("net/out", "Add")])  # fmt: skip

    assert (found.ops, found.kinds) == (3, (("Add", 2), ("MatMul", 1)))
    (net,) = found.children
    fc, out = net.children
    assert (fc.name, fc.ops, [child.name for child in fc.children]) == ("fc", 2, ["matmul", "bias"])
    assert fc.children[0].shape == "64×10"
    assert (out.kind, out.ops, out.kinds) == ("Add", 1, ())


def test_a_chain_of_single_scopes_is_one_line() -> None:
    found = tree([Op("a/b/c/x", "Add"), Op("a/b/c/y", "Add")])

    assert [child.name for child in found.children] == ["a/b/c"]


def test_an_operation_may_be_a_scope_as_well() -> None:
    (net,) = tree([Op("net", "Call"), Op("net/x", "Add")]).children

    assert (net.kind, net.ops, net.children[0].name) == ("Call", 2, "x")


def test_a_wide_scope_says_how_many_it_leaves_out() -> None:
    found = tree([Op(f"op{n}", "Add") for n in range(1_000)])

    assert len(found.children) == WIDEST
    assert found.left_out == 1_000 - WIDEST
    assert found.ops == 1_000


def test_a_large_graph_has_a_bounded_tree() -> None:
    found = tree([Op(f"{n % 50}/{n % 31}/{n % 7}/{n}", "Add") for n in range(20_000)])

    assert lines(found) <= MOST
    assert found.ops == 20_000


def test_a_deep_name_has_a_bounded_tree() -> None:
    found = tree([Op("/".join("ab"[n % 2] for n in range(5_000)), "Add"), Op("a/x", "Add")])

    assert depth(found) <= DEEPEST + 1


def test_names_may_be_empty() -> None:
    assert tree([Op("", ""), Op("///", "")]).ops == 2
