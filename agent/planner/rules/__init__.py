"""The grammar: RULES, one rule a construction, each joining two neighbours into one typed part.

A rule gets the context and two items and returns (item, cost), or None where they do not join. The chart tries every rule
whose types fit. LIFTS turn one item into another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.planner.rules import calls, conditions, entities, groups, measures, sorting, verbs
from agent.planner.rules.context import Context, Joined

Rule = Callable[[Context, Any, Any], Joined]
RULES: tuple[Rule, ...] = (
    # Entities and what is said of them: customers at risk, orders of VIPs, An's birth date.
    entities.ent_pred, entities.pred_ent, entities.ent_verb, entities.ent_bound, entities.ent_when, entities.when_ent, entities.ent_ent, entities.ent_field, entities.field_ent, entities.field_one, entities.one_field, entities.ent_amount, entities.ent_mine, entities.mine_ent, entities.ent_not_when,
    # Conditions: values, comparisons, negation, and/or, periods of dated filters.
    conditions.not_pred, conditions.except_ent, conditions.word_pred, conditions.with_field, conditions.or_right, conditions.or_right_verb, conditions.pred_conjunct, conditions.verb_conjunct, conditions.pred_pred, conditions.field_pred, conditions.pred_field, conditions.field_bound, conditions.bound_field, conditions.field_amount, conditions.amount_field, conditions.field_when, conditions.pred_when, conditions.when_pred,
    # Verb phrases: bought an SUV in 2025, at least 3 visits, never came in.
    verbs.verb_ent, verbs.verb_pred, verbs.verb_finer, verbs.verb_when, verbs.when_verb, verbs.verb_bound, verbs.bound_times, verbs.amount_times, verbs.verb_often, verbs.bound_ent, verbs.word_verbal, verbs.not_verb, verbs.word_verb, verbs.metric_bound, verbs.bound_metric,
    # Order and limit: top 10 by value, the oldest, with the highest revenue.
    sorting.top_amount, sorting.amount_most, sorting.top_ent, sorting.top_sorting, sorting.amount_sorting, sorting.topby_ent, sorting.by_sorting, sorting.by_metric, sorting.by_count, sorting.most_metric, sorting.metric_most, sorting.most_field, sorting.field_most, sorting.most_ent, sorting.ent_most, sorting.sorting_direction, sorting.ent_sorting, sorting.sorting_ent, sorting.meas_sorting, sorting.top_meas,
    # Measures: how many, average, revenue of, share of.
    measures.count_ent, measures.ent_count, measures.count_distinct, measures.count_metric, measures.function_field, measures.field_function, measures.function_metric, measures.function_ent, measures.meas_pred, measures.pred_meas, measures.meas_ent, measures.ent_meas, measures.meas_verb, measures.meas_when, measures.when_meas, measures.meas_mine, measures.mine_meas, measures.and_meas, measures.meas_further, measures.meas_not_when, measures.share_ent, measures.share_meas,
    # Groups and comparisons: by showroom and month, trend, against last year.
    groups.by_field, groups.by_ent, groups.by_grain, groups.group_and, groups.group_field, groups.group_ent, groups.group_grain, groups.group_group, groups.meas_group, groups.group_meas, groups.ent_group, groups.grain_meas, groups.trend_meas, groups.meas_trend, groups.versus_when, groups.and_when, groups.not_when, groups.meas_versus,
    # Tools asked for one entity, and words that are passed over.
    calls.tool_one, calls.one_tool, calls.tool_ent, calls.ent_tool, calls.why_ent, calls.skip_left, calls.skip_right, calls.junk_left, calls.junk_right,
)  # fmt: skip
LIFTS: tuple[Callable[[Context, Any], Joined], ...] = (measures.metric_alone, conditions.pred_as_ent, verbs.verb_as_ent)

__all__ = ["LIFTS", "RULES", "Context", "Joined", "Rule"]
