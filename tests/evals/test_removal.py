"""Nothing that the agent answers comes from the samples or from the verified questions."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from agent.agent import SYSTEM, Agent
from agent.planner.decisions import Decision
from agent.planner.lexicon import build_lexicon
from agent.planner.planner import Planner
from agent.planner.rules import Context
from agent.planner.values import add_listed
from agent.session_values import SessionValues
from evals.dataset import load_samples
from schema.extensions import Verified
from schema.joins import JoinGraph
from schema.model import SemanticModel
from tools.values import Values

ROOT = Path(__file__).parents[2]
BELOW = ("agent", "tools", "knowledge", "schema", "prompts")


def _plans(agent: Agent, model: SemanticModel, questions: list[str]) -> list[Decision]:
    values = SessionValues(Values(agent.context(SYSTEM)), agent.short_lists)
    planner = Planner(Context(model, JoinGraph(model), agent.today), build_lexicon(model))
    add_listed(planner.lexicon, model, values)
    return [planner.plan(question, SYSTEM, values) for question in questions]


def test_verified_questions_change_no_plan(agent: Agent) -> None:
    """Neither without those that there are, nor with one for each question that would be wrong."""
    questions = [s.turns[0] for s in load_samples()][::4]
    query = {"metrics": ["revenue"]}
    wrong = tuple(Verified(question=q, query=query, owner="test", date="2026-01-01") for q in questions)
    none, bogus = (
        agent.model.model_copy(update={"ext": agent.model.ext.model_copy(update={"verified": v})}) for v in ((), wrong)
    )
    shipped = _plans(agent, agent.model, questions)
    assert _plans(agent, none, questions) == shipped
    assert _plans(agent, bogus, questions) == shipped


@pytest.mark.parametrize("package", BELOW)
def test_no_package_below_names_the_evals(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        tree = ast.parse(path.read_text("utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in imported if name.partition(".")[0] in ("evals", "tests")}, path
        told = ast.Module | ast.ClassDef | ast.FunctionDef
        docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, told)}
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)} - docs
        assert not {t for t in texts if "evals" in t or "samples" in t or "unseen" in t}, path


_WATCHED = """
import sys
opened = []
watched = ("open", "os.listdir", "os.scandir")
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event in watched else None)
from agent.build import open_agent
agent = open_agent(sys.argv[1])
session = agent.session(agent.asker("admin"))
for question in ("Which customers are at risk of churn?", "and in Hà Nội?", "What is the weather?"):
    session.ask(question)
print(sum("semantic" in path for path in opened), sum(path.startswith(sys.argv[2]) for path in opened))
"""


def test_the_agent_opens_nothing_of_the_evals(store: Path) -> None:
    """Watched from the import of the agent to its answers, in a process of its own."""
    command = [sys.executable, "-c", _WATCHED, f"sqlite:///{store}", str(ROOT / "evals")]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    declared, from_evals = map(int, done.stdout.split())
    assert declared > 0, "the watch sees the semantic model being read"
    assert from_evals == 0
