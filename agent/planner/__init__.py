"""The deterministic planner: a question in, a typed decision out, with no LLM."""
