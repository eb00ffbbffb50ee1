"""What the semantic model needs beyond Ossie: the JSON of `custom_extensions` of the vendor LIFECYCLE, typed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schema.phrases import Phrases


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Part):
    """One value of an enumeration, as people call it."""

    label: str
    label_vi: str
    synonyms: Phrases = ()
    named: Phrases = Field((), description="words that mean it only beside the field's name: high (priority)")


class NamedFilter(Part):
    """A predicate people say as one thing: "overdue", "VIP", "at risk".

    `time`: a period said with it binds this field; `period`: the one taken where none is said (next_30_days …).
    `lists`: the dataset whose rows a list of it shows, with `columns` where given, sorted by `order`. `recurs`: day and
    month count, not the year (birthdays). `beside`: a filter whose number is told beside.
    """

    name: str
    label: str
    label_vi: str
    expression: str
    description: str
    description_vi: str = ""
    synonyms: Phrases = ()
    named: Phrases = Field((), description="words that mean it only beside the dataset's name: late (follow-up)")
    time: str | None = None
    period: str | None = None
    lists: str | None = None
    columns: tuple[str, ...] = ()
    recurs: bool = False
    axis: str | None = Field(None, description="field whose values these are: hot and warm exclude each other")
    beside: str | None = None
    order: tuple[str, ...] = ()


class Phrasing(Part):
    """How people say that an entity has rows of this dataset: the verbs "bought", "came in", "mua".

    `about`: the entity that is the subject. `filters`: what the verb adds ("called": outbound calls), as SemanticQuery
    filters. `time`: the field that a period said with the verb binds.
    """

    verbs: Phrases
    about: str
    filters: tuple[dict[str, Any], ...] = ()


class FieldExtension(Part):
    label_vi: str | None = None
    unit: str | None = None
    values: dict[str, Value] = {}
    index: Literal["distinct", "tokens", "code"] | None = None
    aliases: dict[str, Phrases] = Field({}, description="value of an indexed field -> what else it is called")
    more: Phrases = Field((), description="comparatives and superlatives that mean a high value: older, oldest")
    less: Phrases = ()
    weak: Phrases = Field((), description="synonyms that mean it only where nothing fits better: value")
    detail: bool = Field(False, description="shown on request only")
    weight: float = Field(1.0, description="how readily its values are meant; below 1 where another field has them too")
    ranges: dict[str, tuple[float | None, float | None]] = Field(
        {}, description="of values that are ranges: from and up to which amount"
    )
    scale: tuple[str, ...] = Field((), description="its values from low to high: High or above")
    had: bool = Field(False, description="its values are things that one has: a mobile, a Zalo handle")
    axis: bool = Field(False, description="its values are meant only when the field itself is named")
    latest_of: str | None = Field(None, description="field whose latest value it is; of another entity that is meant")
    same_as: str | None = Field(None, description="field of another dataset that has the same values row by row")
    free: bool = Field(False, description="free text, in which words are looked for: notes mentioning a bank")


class Moves(Part):
    """The fields of a log of changes: which axis changed, from what, to what; and the axes, the likeliest first."""

    axis: str
    old: str
    new: str
    axes: tuple[str, ...]


class Unsaid(Part):
    """What is meant of such rows where only these fields of theirs are said: reachable, by Zalo for marketing."""

    named: str
    beside: tuple[str, ...]


class DatasetExtension(Part):
    label: str | None = None
    labels: str | None = Field(None, description="plural")
    label_vi: str | None = None
    where: str | None = Field(None, description="holds for every row of the dataset")
    id_as: str | None = None
    name_field: str | None = None
    name_as: str | None = None
    list: tuple[str, ...] = ()
    time: str | None = None
    plan: bool = Field(False, description="rows may lie ahead: a bare month is the present or next one")
    order: tuple[str, ...] = ()
    filters: tuple[NamedFilter, ...] = ()
    phrasings: tuple[Phrasing, ...] = ()
    person: bool = False
    bridge: bool = Field(False, description="preferred where several datasets could link two others")
    mine: dict[str, Any] | None = Field(None, description="what 'mine' means, as a filter; $asker is the user's id")
    total: str | None = Field(None, description="field or metric whose sum is told with a list")
    home: str | None = Field(None, description="field with the store where the fact took place")
    stored: bool = Field(False, description="computed by refresh: has an as_of")
    bare_number: str | None = Field(None, description="field that a number without a unit means: women over 30")
    amounts: dict[str, str] = Field({}, description="unit -> field that an amount of it means: orders over 1 m ₫")
    past: dict[str, tuple[str, ...]] = Field({}, description="field -> values that make a plan a fact: missed, kept")
    standing: str | None = Field(None, description="named filter meant by having such a row now")
    usual: str | None = Field(
        None, description="named filter that holds unless something else is said: staff that left"
    )
    played_by: tuple[dict[str, Any], ...] = Field(
        (), description="conditions on the staff whose part it is: sellers are sales reps, who have not left"
    )
    best: str | None = Field(None, description="field or metric by which the top ones are meant")
    bests: tuple[str, ...] = Field((), description="fields and metrics by which one may be the best: asked about")
    who: str | None = Field(None, description="dataset of the people who make its rows: notes by their authors")
    handled_by: tuple[str, ...] = Field((), description="datasets of the staff who deal with its rows: advisors")
    worth: str | None = Field(None, description="metric that an amount of money said with its verbs is of")
    mean: str | None = Field(None, description="metric of what one of its rows comes to on average: a visit's ticket")
    counted_as: str | None = Field(None, description="dataset whose rows are meant by a value of this catalogue")
    rows: str | None = Field(None, description="dataset that a list of what one did shows instead")
    state: bool = Field(False, description="its rows stand now: a period said beside is of something else")
    unsaid: Unsaid | None = Field(None, description="the condition that is meant where none is said of the rows' state")
    log: str | None = Field(None, description="dataset of the changes whose present state its rows are")
    quality: bool = Field(False, description="its rows say something of the subject, and are not counted themselves")
    objects: dict[str, tuple[dict[str, Any], ...]] = Field(
        {}, description="dataset that its rows may be about -> what holds then: a car bought is a vehicle order's"
    )
    moves: Moves | None = Field(None, description="of a log of changes: its fields")


class MetricExtension(Part):
    label_vi: str | None = None
    unit: str | None = None
    time: str | None = None
    at: dict[str, str] = Field({}, description="finer dataset -> the same metric's expression there")
    n: str | None = Field(None, description="expression of the number behind a mean or rate")
    less_is_more: bool = False
    who: str | None = Field(None, description="dataset of the people who bring it about: cars are sold by sellers")
    amount: str | None = Field(None, description="metric meant by how much instead of how many")
    without: tuple[str, ...] = Field((), description="datasets whose conditions do not fit it, though they are linked")
    mean_of: str | None = Field(None, description="field whose mean, where it is asked for, is this")
    share_of: dict[str, Any] | None = Field(None, description="condition whose share, where it is asked for, is this")
    more: Phrases = Field((), description="superlatives that mean a high value: spent the most")
    less: Phrases = ()
    slice_of: str | None = Field(None, description="metric of which it is the part for one value of `sliced_by`")
    sliced_by: str | None = None
    description_vi: str = ""


class ToolPhrases(Part):
    """Words by which a tool is asked for, and whether it needs one entity."""

    phrases: Phrases
    needs: str | None = None
    why: str | None = Field(None, description="the named filter that it gives the reasons of")


class Absent(Part):
    """Something people ask for that the store doesn't record."""

    label: str
    label_vi: str
    synonyms: Phrases


class Verified(Part):
    """A question whose plan was checked by a person."""

    question: str
    query: dict[str, Any]
    owner: str
    date: str


class ModelExtension(Part):
    subject: str | None = Field(None, description="the dataset whose id and name every row about it carries")
    users: str | None = Field(None, description="dataset of the people who ask")
    stores: str | None = None
    owners: str | None = Field(None, description="dataset of whoever looks after the subject now")
    given: str | None = Field(None, description="field with the name by which people are called")
    profile: str | None = Field(None, description="the tool that shows one entity of the subject whole")
    tools: dict[str, ToolPhrases] = {}
    absent: tuple[Absent, ...] = ()
    verified: tuple[Verified, ...] = ()
    suggestions: tuple[str, ...] = ()
    note_synonyms: tuple[tuple[str, ...], ...] = Field(
        (), description="words of notes that mean one thing, in any language"
    )
