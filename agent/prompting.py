"""What an LLM is told of the model: datasets, fields, named filters, metrics; always the same, so that it replays."""

from __future__ import annotations

from prompts.templates import render
from schema.access import Asker
from schema.model import SemanticModel


def system_prompt(model: SemanticModel, asker: Asker, today: str) -> str:
    """The prompt of one asker's dialogue. `today` as YYYY-MM-DD."""
    return render("system", role=asker.role.replace("_", " "), user=asker.name, today=today, data=describe(model))


def describe(model: SemanticModel) -> str:
    """The model in a few thousand tokens."""
    lines = ["Datasets (name: meaning; fields)"]
    for d in model.datasets.values():
        fields = []
        for f in d.fields.values():
            values = f"({'|'.join(f.ext.values)})" if f.ext.values and not f.ext.detail else ""
            fields.append(f.name + values)
        lines.append(f"- {d.name}: {d.description}; {', '.join(fields)}")
    lines.append("Named filters")
    for key, named in model.named_filters.items():
        lines.append(f"- {key}: {named.description}" + ("; takes a period" if named.time else ""))
    lines.append("Metrics")
    lines += [f"- {m.name}: {m.description}" for m in model.metrics.values()]
    return "\n".join(lines)
