"""Mutations of a module: every small change that a test of it should notice.

source -> syntax tree -> one changed copy of the tree for each mutation.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# What each operator is exchanged for. The bounds of a comparison, not its direction: a test that
# notices `<=` for `<` notices `>` as well.
_EXCHANGED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_EXCHANGED_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_LONGEST_SHOWN = 70
# Log records are for people, and their absence fails nothing.
_UNTESTED_CALLS = ("_logger.", "logger.")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a tree: `before` is one of its nodes, `after` what replaces it.

    `name` says what changes, and stays the same when lines move.
    """

    name: str
    module: ast.Module
    before: ast.AST
    after: ast.AST

    def tree(self) -> ast.Module:
        """A copy of the module with the change."""
        position = next(i for i, node in enumerate(ast.walk(self.module)) if node is self.before)
        mutant = copy.deepcopy(self.module)
        target = list(ast.walk(mutant))[position]
        after = ast.copy_location(copy.deepcopy(self.after), target)
        for parent in ast.walk(mutant):
            for name, value in ast.iter_fields(parent):
                if value is target:
                    setattr(parent, name, after)
                elif isinstance(value, list):
                    value[:] = [after if each is target else each for each in value]
        return ast.fix_missing_locations(mutant)


def mutations(source: str) -> Iterator[Mutation]:
    """Every mutation of a module, in the order of its lines."""
    module = ast.parse(source)
    seen: Counter[str] = Counter()
    for node, scope in _tested_nodes(module, ""):
        for after in _alternatives(node):
            name = f"{scope or 'module'}: {_shown(node)} -> {_shown(after)}"
            seen[name] += 1
            number = f" ({seen[name]})" if seen[name] > 1 else ""
            yield Mutation(name + number, module, node, after)


def _shown(node: ast.AST) -> str:
    shown = ast.unparse(node.test if isinstance(node, ast.If | ast.While) else node)
    text = ("if " if isinstance(node, ast.If | ast.While) else "") + " ".join(shown.split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _tested_nodes(node: ast.AST, scope: str) -> Iterator[tuple[ast.AST, str]]:
    """The nodes that run, with the name of their function: no annotations, docs or imports."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}".removeprefix(".")
        if isinstance(node, ast.ClassDef) and any(
            _shown(each) == "Protocol" for each in node.bases
        ):
            return
        children: list[ast.AST] = list(node.body)
        if isinstance(node, ast.FunctionDef):
            children = [*node.args.defaults, *filter(None, node.args.kw_defaults), *children]
    elif isinstance(node, ast.AnnAssign):
        children = [node.value] if node.value is not None else []
    elif isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr) or _is_untested(node):
        return
    else:
        children = list(ast.iter_child_nodes(node))
    yield node, scope
    for child in children:
        yield from _tested_nodes(child, scope)


def _is_untested(node: ast.AST) -> bool:
    """True for a docstring, for a call that only logs, and for imports of types."""
    if isinstance(node, ast.If):
        return _shown(node) == "if TYPE_CHECKING"
    if not isinstance(node, ast.Expr):
        return False
    return isinstance(node.value, ast.Constant) or _shown(node).startswith(_UNTESTED_CALLS)


def _alternatives(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Compare(left=left, ops=[operator], comparators=right):
            yield ast.Compare(left, [_exchanged(operator)], right)
        case ast.Call(func=called, args=arguments, keywords=[_, *_] as keywords):
            for dropped in keywords:
                others = [each for each in keywords if each is not dropped]
                yield ast.Call(called, arguments, others)
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(_exchanged(operator), values)
        case ast.BinOp(left=first, op=operator, right=second) if type(operator) in _EXCHANGED:
            yield ast.BinOp(first, _exchanged(operator), second)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield from _negated(node, test)
        case ast.comprehension(ifs=[_, *_]):
            yield ast.comprehension(node.target, node.iter, [], node.is_async)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=(int() | float()) as value):
            yield ast.Constant(value + 1)
        case ast.Name(id=name) if name in _EXCHANGED_NAMES:
            yield ast.Name(_EXCHANGED_NAMES[name], ast.Load())


def _negated(node: ast.AST, test: ast.expr) -> Iterator[ast.AST]:
    """Turns a condition around, unless a mutation of the condition itself does."""
    if not isinstance(test, ast.Compare | ast.UnaryOp):
        negated = copy.copy(node)
        negated.test = ast.UnaryOp(ast.Not(), test)  # type: ignore[attr-defined]  # If, While, IfExp
        yield negated


def _exchanged(operator: ast.AST) -> Any:
    return _EXCHANGED[type(operator)]()


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
