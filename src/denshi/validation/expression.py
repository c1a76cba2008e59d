"""Arithmetic over named numbers, and nothing else: no call, no attribute, no subscript ever runs.

>>> evaluate("power * hours / 2", {"power": 3.0, "hours": 4.0})
6.0
"""

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from operator import add, mul, sub, truediv

from denshi.errors import OutOfRangeError

MOST_CHARACTERS = 500
_MEND = "Use + - * / ** and names"
_MOST_DEPTH = 50
_MOST_EXPONENT = 1000.0


def evaluate(text: str, values: Mapping[str, float]) -> float:
    """Evaluate an expression of ``+ - * / **``, parentheses, numbers and names.

    Parameters
    ----------
    text : the expression, at most 500 characters.
    values : what each name stands for.

    Returns
    -------
    float : the value, finite.

    Raises
    ------
    OutOfRangeError : the text is no such expression, names something unknown, or its value is no finite number.

    >>> round(evaluate("debt * rate / (1 - (1 + rate) ** -years)", {"debt": 100.0, "rate": 0.07, "years": 5.0}), 6)
    24.389069
    >>> evaluate("f(1)", {})
    Traceback (most recent call last):
    denshi.errors.OutOfRangeError: expression: "f(1)" has more than arithmetic in it (Call). Use + - * / ** and names
    """
    body = _parsed(text)
    try:
        value = _value(body, values, text, 0)
    except (ZeroDivisionError, OverflowError) as error:
        raise OutOfRangeError(f'"{text}" has no value: {error}', where="expression") from None
    if not math.isfinite(value):
        raise OutOfRangeError(f'"{text}" is not finite', where="expression")
    return value


def names_in(text: str) -> frozenset[str]:
    """Return the names that an expression uses.

    >>> sorted(names_in("a * (b + 2) ** a"))
    ['a', 'b']
    """
    return frozenset(node.id for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name))


def _parsed(text: str) -> ast.expr:
    if len(text) > MOST_CHARACTERS:
        raise OutOfRangeError(f"an expression of {len(text)} characters is too long", where="expression")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise OutOfRangeError(f'"{text}" is no expression', where="expression", mend=_MEND) from None


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > _MOST_EXPONENT:
        raise OverflowError("the exponent is too large")
    if base < 0 and not float(exponent).is_integer():
        raise ZeroDivisionError("a negative number has no such power")
    return float(base**exponent)


_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
    ast.Pow: _power,
}


def _value(node: ast.expr, values: Mapping[str, float], text: str, depth: int) -> float:
    if depth > _MOST_DEPTH:
        raise OutOfRangeError(f'"{text}" is nested too deeply', where="expression")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name):
        if node.id not in values:
            known = ", ".join(sorted(values)) or "none"
            raise OutOfRangeError(
                f'"{text}" uses {node.id}, which is no input', where="expression", mend=f"Known: {known}"
            )
        return float(values[node.id])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _value(node.operand, values, text, depth + 1)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = (_value(side, values, text, depth + 1) for side in (node.left, node.right))
        return _BINARY[type(node.op)](left, right)
    kind = type(node.op).__name__ if isinstance(node, ast.BinOp | ast.UnaryOp) else type(node).__name__
    raise OutOfRangeError(f'"{text}" has more than arithmetic in it ({kind})', where="expression", mend=_MEND)
