"""LLMs that the agent's loop can be run with: the planner, or any OpenAI-compatible endpoint."""
