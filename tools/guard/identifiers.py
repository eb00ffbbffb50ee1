"""Rule: names are written one way, so that the guard and the database read the same name."""

from __future__ import annotations

from sqlglot import exp

from tools.guard.context import Context
from tools.guard.errors import GuardError
from tools.guard.names import fold, identifier

MAX_BYTES = 63  # PostgreSQL cuts longer names, and two of them could become one


def identifiers(tree: exp.Expr, context: Context) -> exp.Expr:
    """Fold what is not quoted; quote what needs it."""
    for node in tree.find_all(exp.Identifier):
        written = node.this
        if (
            not isinstance(written, str)
            or not written
            or len(written.encode()) > MAX_BYTES
            or not written.isprintable()
        ):
            hint = f"Names have 1 to {MAX_BYTES} bytes, and no sign that can't be seen."
            raise GuardError(f"The name can't be used ({context.place(node)}).", hint=hint)
        name = written if node.args.get("quoted") else fold(written)
        node.set("this", name)
        node.set("quoted", identifier(name).args["quoted"])
    return tree
