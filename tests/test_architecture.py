"""The rules of the house, read off the code: where imports point, which door leads where, how long a module may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# a package may import those before it; `ui/cli.py` and what it starts may also start seed and evals
LAYERS = ({"schema", "prompts"}, {"knowledge"}, {"tools"}, {"agent"}, {"ui", "evals", "seed"})
PACKAGES = [name for layer in LAYERS for name in sorted(layer)]
STARTERS = {"ui/cli.py": {"evals"}, "ui/demo.py": {"seed"}}
BESIDE = {"evals": {"seed", "ui"}}  # the scoreboard makes its own store, and times the chat's lane

# an outside service -> the only modules that talk to it; a folder stands for what is in it
DOORS = {
    "sqlite3": ["tools/database.py", "ui/doctor.py", "evals"],  # doctor asks for its version; evals read gold by hand
    "psycopg": ["tools/database.py"],
    "chromadb": ["knowledge/chroma.py", "knowledge/embeddings.py"],
    "openai": ["agent/llm", "agent/loop.py", "knowledge/embeddings.py"],  # the last two know the names of its errors
    "llama_index.llms": ["agent/llm"],
    "chainlit": ["ui"],
    "alembic": ["tools/store.py", "schema/migrations"],
    "playwright": ["ui/screenshots.py"],
}
ENVIRONMENT = {
    "agent/settings.py": "the only reader",
    "ui/serve.py": "Chainlit takes its folder from CHAINLIT_APP_ROOT, before it is imported",
}
CLOCK = {"agent/settings.py": "the only reader"}
LONGEST = 300


def modules() -> list[Path]:
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported, also inside functions and for types alone."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            yield node.module or ""


def within(path: Path, places: list[str]) -> bool:
    return any(name(path) == place or name(path).startswith(f"{place}/") for place in places)


def allowed(path: Path) -> set[str]:
    package = name(path).partition("/")[0]
    below: set[str] = set()
    for layer in LAYERS:
        if package in layer:
            break
        below |= layer
    return below | {package} | STARTERS.get(name(path), set()) | BESIDE.get(package, set())


@pytest.mark.parametrize("path", modules(), ids=name)
def test_imports_point_down(path: Path) -> None:
    ours = {module.partition(".")[0] for module in imports(path)} & set(PACKAGES)
    assert ours <= allowed(path)


def test_no_tool_that_an_llm_is_offered_reaches_the_writer() -> None:
    offered = [ROOT / "tools" / f"{tool}.py" for tool in _tools()]
    assert len(offered) >= 7
    for path in offered:
        assert "tools.store" not in set(_reached(path)), name(path)


def _tools() -> tuple[str, ...]:
    from agent.toolbox import TOOLS

    return TOOLS


def _reached(path: Path) -> Iterator[str]:
    """All of our modules that a module imports at its top, and they in turn."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        for node in tree_of(waiting.pop()).body:
            if isinstance(node, ast.ImportFrom) and node.module and node.module not in seen:
                seen.add(node.module)
                stem = ROOT / node.module.replace(".", "/")
                waiting += [p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.exists()]
    yield from seen


@pytest.mark.parametrize("service", DOORS)
def test_each_outside_service_has_one_door(service: str) -> None:
    users = [p for p in modules() if any(m == service or m.startswith(f"{service}.") for m in imports(p))]
    assert users, f"nobody uses {service}: is the door still there?"
    assert [name(p) for p in users if not within(p, DOORS[service])] == []


def _uses(path: Path, owners: set[str], attributes: set[str]) -> bool:
    """Whether `owner.attribute` stands anywhere, or the attribute is imported from the owner."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr in attributes:
            owner = node.value
            last = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            if last in owners:
                return True
        if isinstance(node, ast.ImportFrom) and node.module in owners and attributes & {a.name for a in node.names}:
            return True
    return False


def test_the_environment_is_read_in_one_place() -> None:
    users = {name(p) for p in modules() if _uses(p, {"os"}, {"environ", "environb", "getenv", "putenv"})}
    assert users - ENVIRONMENT.keys() == set()
    assert users >= {"agent/settings.py"}


def test_the_clock_is_read_in_one_place() -> None:
    users = {name(p) for p in modules() if _uses(p, {"date", "datetime"}, {"today", "now", "utcnow", "fromtimestamp"})}
    users |= {name(p) for p in modules() if _uses(p, {"time"}, {"time", "localtime", "gmtime", "strftime"})}
    assert users == CLOCK.keys()


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_is_short_says_what_it_is_and_is_named_for_it(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGEST or "migrations" in path.parts, f"{lines} lines"
    if lines > 1:
        assert ast.get_docstring(tree_of(path)), "no docstring"
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_no_package_is_shadowed_by_an_installed_one(tmp_path: Path) -> None:
    """`tests`, `schema`, `tools` are names that others install too: from any folder, ours are found."""
    code = f"import importlib; print(*(importlib.import_module(n).__spec__.origin for n in {PACKAGES}), sep='\\n')"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert [Path(line).parent.name for line in found.splitlines()] == PACKAGES
    for line in found.splitlines():
        assert Path(line).is_relative_to(ROOT), line
