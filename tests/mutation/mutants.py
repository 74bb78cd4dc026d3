"""The faults: each is one node of a module's syntax tree in place of another.

Left alone are annotations, docstrings, imports, and texts for people: a string is changed only
if it is one word, such as a key or a name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.MatMult: ast.Mult,
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_METHODS = {"startswith": "endswith", "endswith": "startswith", "append": "extend"}
_TYPES = {"Literal", "ClassVar", "Annotated"}
_WORD = re.compile(r"[A-Za-z_][\w.=-]*")
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params", "type_comment"}

Replacement = tuple[str, ast.AST | None]


@dataclass(frozen=True)
class Mutant:
    """One node in place of another; `new` is None where it goes away."""

    file: str
    tree: ast.Module
    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST | None
    kind: str
    statement: ast.stmt
    scope: ast.AST
    """The function or class that the statement stands in, or the module."""

    @cached_property
    def code(self) -> CodeType:
        """The module with the fault."""
        undo = self._apply()
        try:
            return compile(ast.fix_missing_locations(self.tree), self.file, "exec")
        finally:
            undo()

    @cached_property
    def change(self) -> tuple[str, str]:
        """The line of the statement, as `ast.unparse` writes it, that changes, and the new one."""
        before = ast.unparse(self.statement).splitlines()
        undo = self._apply()
        try:
            node = self.new if isinstance(self.new, ast.stmt) else self.statement
            after = ast.unparse(node).splitlines()
        finally:
            undo()
        pairs = zip(before, after, strict=False)
        changed = next(((a, b) for a, b in pairs if a != b), (before[0], after[0]))
        return changed[0].strip(), changed[1].strip()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others, also when lines have moved."""
        return (self.file, *self.change)

    def _apply(self) -> Any:
        """Changes the tree; what is given back undoes that."""
        old = getattr(self.parent, self.field)
        if self.index is None:
            setattr(self.parent, self.field, self.new)
        else:
            put = [] if self.new is None else [self.new]
            changed = [*old[: self.index], *put, *old[self.index + 1 :]]
            setattr(self.parent, self.field, changed)
        return lambda: setattr(self.parent, self.field, old)


def mutants(file: str, text: str) -> list[Mutant]:
    """All faults of a module, in the order of its text."""
    tree = ast.parse(text)
    return list(_walk(file, tree, tree, None, tree))


def lines(mutant: Mutant) -> range:
    """The lines of the statement, without those of the block below it."""
    body = getattr(mutant.statement, "body", None)
    end = body[0].lineno if body else (mutant.statement.end_lineno or 0) + 1
    return range(mutant.statement.lineno, max(end, mutant.statement.lineno + 1))


def at_import(mutant: Mutant) -> bool:
    """Whether the statement runs when the module is imported."""
    return not isinstance(mutant.scope, ast.FunctionDef) or mutant.scope is mutant.statement


def _walk(
    file: str, tree: ast.Module, node: ast.AST, statement: ast.stmt | None, scope: ast.AST
) -> Iterator[Mutant]:
    for name, index, child in _children(node):
        inner = child if isinstance(child, ast.stmt) else statement
        if inner is None or _left_alone(child, node):
            continue
        # A function's defaults are worked out with the statement, its body when it is called.
        holds = isinstance(child, ast.FunctionDef | ast.ClassDef)
        for kind, new in _replacements(child, node):
            yield Mutant(file, tree, node, name, index, new, kind, inner, scope)
        yield from _walk(file, tree, child, inner, child if holds else scope)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        if isinstance(value, ast.AST):
            yield name, None, value
        elif isinstance(value, list):
            yield from ((name, i, v) for i, v in enumerate(value) if isinstance(v, ast.AST))


def _left_alone(node: ast.AST, parent: ast.AST) -> bool:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.keyword(arg="strict"):  # of `zip`: an assertion
            return True
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.JoinedStr(values=[]):
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.Subscript(value=ast.Name(id=name)):
            return name in _TYPES
        case ast.AnnAssign(annotation=annotation, target=target):  # a text of the manual
            text = ast.unparse(annotation) == "ClassVar[str]"
            return text or ast.unparse(target) == "op"
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Constant(value=str()):
            return isinstance(parent, ast.JoinedStr)
    return False


def _replacements(node: ast.AST, parent: ast.AST) -> Iterator[Replacement]:
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.keyword):
        if node.arg and isinstance(parent, ast.Call):
            yield "argument removed", None
    elif isinstance(node, ast.expr):
        yield from _of_expression(node, parent)
        if _is_condition(node, parent):
            yield "condition negated", ast.UnaryOp(ast.Not(), node)


def _of_statement(node: ast.stmt) -> Iterator[Replacement]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Delete():
            yield "statement removed", ast.Pass()
        case ast.Continue():
            yield "loop", ast.Break()
        case ast.Break():
            yield "loop", ast.Continue()
        case ast.Return(value=value) if value is not None and not _is_falsy(value):
            yield "return value", ast.Return(ast.Constant(None))
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in _COMPUTED:
            yield "arithmetic", ast.AugAssign(target, _COMPUTED[type(op)](), value)


def _of_expression(node: ast.expr, parent: ast.AST) -> Iterator[Replacement]:
    match node:
        case ast.Compare(left=left, ops=[op, *more], comparators=right):
            yield "comparison", ast.Compare(left, [_COMPARED[type(op)](), *more], right)
            for last in more:
                yield "comparison", ast.Compare(left, [op, _COMPARED[type(last)]()], right)
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and, or", ast.BoolOp(other, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _COMPUTED:
            yield "arithmetic", ast.BinOp(left, _COMPUTED[type(op)](), right)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield "sign", operand
        case ast.Name(id=name, ctx=ast.Load()) if name in _NAMES:
            yield "function", ast.Name(_NAMES[name], ast.Load())
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in _METHODS:
            yield "function", ast.Attribute(value, _METHODS[name], ast.Load())
        case ast.Constant(value=value):
            yield from (("constant", ast.Constant(new)) for new in _constants(value, parent))


def _constants(value: object, parent: ast.AST) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case 0 if isinstance(parent, ast.Subscript):  # the last is mostly the first as well
            yield 1
        case int():
            yield from (value + 1, value - 1)
        case float():
            yield value + 1
        case str() if _WORD.fullmatch(value):
            yield f"XX{value}"


def _is_condition(node: ast.expr, parent: ast.AST) -> bool:
    """Whether it decides and its negation is no other fault already."""
    single = isinstance(node, ast.Compare) and len(node.ops) == 1
    if single or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return False
    match parent:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return node is test
        case ast.comprehension(ifs=ifs):
            return node in ifs
        case ast.match_case(guard=guard):
            return node is guard
    return False


def _is_falsy(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
