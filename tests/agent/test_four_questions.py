"""The four questions that must always work, compared row by row with a calculation by hand, for four kinds of asker."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from plain_rules import Company

from agent.agent import Agent
from agent.answer_card import Answer
from schema.access import Asker

MONTH = date(2026, 11, 1), date(2026, 11, 30)
DUE = ("Show me customers due for service this month", "Khách hàng đến hạn bảo dưỡng tháng này")
HISTORY = ("What is the purchase history for customer #{}?", "Lịch sử mua hàng của khách hàng #{}")
AT_RISK = ("Which customers are at risk of churn?", "Khách hàng nào có nguy cơ rời bỏ?")
NEXT = ("What is the next best action for {}?", "Việc nên làm tiếp theo với {} là gì?")
ACTIONS = (
    "complaint", "follow_up", "missed_appointment", "overdue_service", "due_service", "birthday", "win_back",
    "nothing_now",
)  # fmt: skip
LOCAL = ("sales_rep", "service_advisor", "store_manager")


@pytest.fixture(params=["admin", *LOCAL])
def asker(request: pytest.FixtureRequest, demo_agent: Agent) -> Asker:
    """The admin, then the first rep, advisor and manager of store 1."""
    return demo_agent.asker("admin") if request.param == "admin" else demo_agent.first_of(request.param, 1)


def ask(agent: Agent, asker: Asker, question: str) -> Answer:
    answer = agent.session(asker).ask(question)
    assert answer.kind == "answer", (question, answer.kind, answer.refusal, answer.answer)
    assert answer.as_of == agent.today.isoformat()
    assert answer.lane == "planner"
    return answer


def cells(answer: Answer) -> list[dict[str, Any]]:
    """The rows by column name, all of them."""
    assert answer.total_rows == len(answer.rows)
    names = [c.name for c in answer.columns]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def same(got: list[dict[str, Any]], want: list[dict[str, Any]], besides: frozenset[str] = frozenset()) -> None:
    """The same rows in the same order, in every column; `besides`: keys that only order what is wanted."""
    assert [row["customer_id"] for row in got] == [row["customer_id"] for row in want]
    for g, w in zip(got, want, strict=True):
        shown = {k: v for k, v in w.items() if k not in besides}
        assert g == {k: pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for k, v in shown.items()}


def numbers(text: str) -> list[int]:
    """The numbers of a text that are no dates, in order."""
    without = re.sub(r"\d\d/\d\d/\d{4}", "", text)
    return [int(re.sub(r"\D", "", n)) for n in re.findall(r"(?<![\w#])\d[\d.,]*", without)]


@pytest.mark.parametrize("question", DUE)
def test_due_for_service_this_month(demo_agent: Agent, company: Company, asker: Asker, question: str) -> None:
    visible = company.visible(asker)
    want = company.due_between(*MONTH, visible)
    assert len(want) >= 3
    assert {row["due_by"] for row in want} == {"months", "km"}
    answer = ask(demo_agent, asker, question)
    got = cells(answer)
    assert [row["due_date"] for row in got] == sorted(row["due_date"] for row in want)
    same(got, want, frozenset({"vehicle_id"}))
    customers = {row["customer_id"] for row in want}
    overdue = company.overdue_before(MONTH[0], visible)
    assert overdue
    assert numbers(answer.answer) == [len(want), len(customers), overdue]
    assert answer.period and (answer.period.start, answer.period.end) == tuple(d.isoformat() for d in MONTH)


def test_the_list_of_due_vehicles_leaves_out_whom_nobody_may_call(demo_agent: Agent, company: Company) -> None:
    """Some deceased owner's or erased customer's vehicle would have fallen due; none is listed, in any month."""
    gone = {k for k, c in company.people.items() if c["deceased_on"] or c["erased_at"] or c["merged_into_id"]}
    assert len(gone) >= 15
    answer = ask(demo_agent, demo_agent.asker("admin"), "Show me customers due for service this year")
    want = company.due_between(date(2026, 1, 1), date(2026, 12, 31), set(company.figures))
    assert answer.total_rows == len(want)
    assert not gone & {row["customer_id"] for row in cells(answer)}


@pytest.mark.parametrize("question", HISTORY)
def test_purchase_history_of_12345(demo_agent: Agent, company: Company, question: str) -> None:
    want = company.history(12345)
    assert len(want) >= 10
    answer = ask(demo_agent, demo_agent.asker("admin"), question.format(12345))
    got = cells(answer)
    assert [row["ordered_on"] for row in got] == sorted((row["ordered_on"] for row in want), reverse=True)
    same(got, want)
    assert numbers(answer.answer)[0] == len(want)
    assert numbers(answer.answer)[-1] == sum(row["revenue"] for row in want)


def with_histories(company: Company, visible: set[int]) -> list[int]:
    """Customers among the visible with a history of each kind: refunded, merged into, unpaid, cancelled, returned."""
    refunded = next(k for k in sorted(visible) if any(r["refunded"] for r in company.history(k)))
    survivors = [s for s in sorted(company.into.values()) if s in visible and company.history(s)]
    others = [k for k in sorted(visible) if any(company.no_transactions(k).values()) and company.history(k)]
    return [refunded, *survivors[:1], *others[:2]]


def test_purchase_histories_of_whom_the_asker_sees(demo_agent: Agent, company: Company, asker: Asker) -> None:
    """All rows of a visible customer, at whatever store; partly refunded orders at what was kept."""
    for customer in with_histories(company, company.visible(asker)):
        want = company.history(customer)
        answer = ask(demo_agent, asker, HISTORY[0].format(customer))
        same(cells(answer), want)
        assert sum(row["revenue"] for row in want) in numbers(answer.answer)


@pytest.mark.xfail(strict=True, reason="tools/query_customers.py: a purchase history has nothing beside it")
def test_what_is_no_transaction_is_counted_beside_the_history(demo_agent: Agent, company: Company) -> None:
    """Unpaid, cancelled and returned orders are only counted beside."""
    for kind in ("unpaid", "cancelled", "returned"):
        customer = next(
            k for k in sorted(company.figures) if company.history(k) and company.no_transactions(k)[kind]
            and sum(company.no_transactions(k).values()) == company.no_transactions(k)[kind]
        )  # fmt: skip
        answer = ask(demo_agent, demo_agent.asker("admin"), HISTORY[0].format(customer))
        said = " ".join([answer.answer, *answer.notices])
        assert re.search(rf"\b{company.no_transactions(customer)[kind]}\b[^.]*\b{kind}\b", said), (customer, said)


@pytest.mark.parametrize("role", LOCAL)
def test_the_history_of_an_invisible_customer_is_refused_as_that_of_nobody(
    demo_agent: Agent, company: Company, role: str
) -> None:
    asker = demo_agent.first_of(role, 1)
    assert 12345 not in company.visible(asker)
    texts = set()
    for number in (12345, 99999):
        answer = demo_agent.session(asker).ask(HISTORY[0].format(number))
        assert (answer.kind, answer.refusal, answer.rows) == ("refuse", "no_data", [])
        texts.add(answer.model_dump_json(exclude={"steps", "elapsed_ms"}).replace(str(number), "N"))
    assert len(texts) == 1


@pytest.mark.parametrize("question", AT_RISK)
def test_customers_at_risk_of_churn(demo_agent: Agent, company: Company, asker: Asker, question: str) -> None:
    want = company.at_risk(company.visible(asker))
    assert len(want) >= 5
    assert {row["churn_band"] for row in want} == {"high", "medium"}
    answer = ask(demo_agent, asker, question)
    same(cells(answer), want, frozenset({"clv"}))
    assert numbers(answer.answer) == [len(want)]


def test_the_order_by_risk_is_settled_by_value(company: Company) -> None:
    """The demo has customers of the same probability, so the order of the list tests the second key too."""
    rows = company.at_risk(set(company.figures))
    assert any(a["churn_probability"] == b["churn_probability"] for a, b in pairwise(rows))


@pytest.mark.parametrize("code", ACTIONS)
def test_next_best_action_of_a_named_customer(demo_agent: Agent, company: Company, code: str) -> None:
    admin = demo_agent.asker("admin")
    chosen = company.named(code, set(company.figures))[:3]
    assert len(chosen) >= 2
    for customer in chosen:
        for question in NEXT:
            answer = ask(demo_agent, admin, question.format(company.people[customer]["full_name"]))
            same(cells(answer), [company.next_action(customer)])


@pytest.mark.xfail(strict=True, reason="agent/planner/values.py, find_names: names of businesses aren't read whole")
def test_next_best_action_of_a_named_business(demo_agent: Agent, company: Company) -> None:
    """Names of businesses are long, and most of their words are shared by others."""
    everybody = set(company.figures)
    for customer in [k for code in ACTIONS for k in company.named(code, everybody, "business")[:2]]:
        name = company.people[customer]["full_name"]
        same(cells(ask(demo_agent, demo_agent.asker("admin"), NEXT[0].format(name))), [company.next_action(customer)])


@pytest.mark.parametrize("role", LOCAL)
def test_next_best_action_of_whom_the_asker_sees(demo_agent: Agent, company: Company, role: str) -> None:
    asker = demo_agent.first_of(role, 1)
    visible = company.visible(asker)
    chosen = [k for code in ACTIONS for k in company.named(code, visible)[:2]]
    assert len({company.figures[k]["next_action"] for k in chosen}) >= 4
    for customer in chosen:
        answer = ask(demo_agent, asker, NEXT[0].format(company.people[customer]["full_name"]))
        same(cells(answer), [company.next_action(customer)])


@pytest.mark.parametrize("role", LOCAL)
def test_nothing_is_told_of_whom_the_asker_does_not_see(demo_agent: Agent, company: Company, role: str) -> None:
    """By name or number: neither his number nor his name comes back. (How it is refused: test_refusals.)"""
    asker = demo_agent.first_of(role, 1)
    hidden = set(company.figures) - company.visible(asker)
    for code in ACTIONS:
        customer = company.named(code, hidden)[0]
        name = company.people[customer]["full_name"]
        by_name = demo_agent.session(asker).ask(NEXT[0].format(name))
        places = [i for i, c in enumerate(by_name.columns) if c.name == "customer_id"]
        assert all(row[i] != customer for row in by_name.rows for i in places)
        told = " ".join(
            [by_name.answer, *(o.label + o.question for o in by_name.options), *(f.key for f in by_name.filters)]
        )
        assert not re.search(rf"(#|: ?){customer}(?!\d)", told), (name, told)
        by_number = demo_agent.session(asker).ask(NEXT[0].format(f"customer #{customer}"))
        assert (by_number.kind, by_number.refusal, by_number.rows) == ("refuse", "no_data", [])
        assert name not in by_number.model_dump_json()
