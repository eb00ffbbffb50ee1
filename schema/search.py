"""The keyword index of the notes: folded words, kept by the database itself, so that a new note is found at once.

SQLite: an FTS5 table over a view of the folded text, kept by triggers. PostgreSQL: a GIN index on the `simple` words of
the folded text. Neither is a table that a question can name: it is read through a typed product of the guard alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from schema.text import fold

WORDS_TABLE = "note_words"
WORDS_VIEW = "note_words_text"
WORDS_INDEX = "ix_notes_words"
TRIGGERS = ("note_words_inserted", "note_words_deleted", "note_words_changed")

_SIGNS = ".-_/@+&<>~=?#"  # with these PostgreSQL takes several words for one: an address, a host, a path, 5-6


def words_of(text: str) -> list[str]:
    """The words of `text` as both indexes hold them: folded, split at everything that is neither letter nor digit.

    >>> words_of("Phanh kêu; điều hoà CX-5")
    ['phanh', 'keu', 'dieu', 'hoa', 'cx', '5']
    """
    return "".join(c if c.isalnum() else " " for c in fold(text)).split()


def create_keyword_index(connection: Connection) -> None:
    """Make the index where it is missing, and fill it. Does nothing where it stands; runs after the migrations."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {WORDS_INDEX} ON notes USING gin ({words_vector('text')})"
        )
        return
    if _has(connection, WORDS_TABLE) and all(_has(connection, t) for t in TRIGGERS):
        return
    connection.exec_driver_sql(
        f"CREATE VIEW IF NOT EXISTS {WORDS_VIEW} AS SELECT id, {_without_d('text')} AS text FROM notes"
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS_TABLE} USING fts5("
        f"text, content='{WORDS_VIEW}', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
    )
    _create_triggers(connection)
    rebuild_keyword_index(connection)


def rebuild_keyword_index(connection: Connection) -> None:
    """Fill the index anew from the notes that stand there."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"REINDEX INDEX {WORDS_INDEX}")
    else:
        connection.exec_driver_sql(f"INSERT INTO {WORDS_TABLE}({WORDS_TABLE}) VALUES ('rebuild')")


@contextmanager
def keyword_index_suspended(connection: Connection) -> Iterator[None]:
    """Within it notes are written without the index; at its end the index is made anew.

    For bulk loads, inside their transaction: a trigger a row costs more than one rebuild.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {WORDS_INDEX}")
    else:
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    yield
    create_keyword_index(connection)


def words_vector(column: str) -> str:
    """PostgreSQL: the words of `column`, as the index holds them.

    A look-up must use this very expression to be served by the index. Immutable functions only, and no extension:
    unaccent is missing from some installations. Accents go before lower(), which knows only ASCII in the C locale.
    """
    bare = rf"regexp_replace(normalize({column}, NFD), '[\u0300-\u036F]', '', 'g')"
    return f"to_tsvector('simple', lower(translate({bare}, 'đĐ{_SIGNS}', 'dD{' ' * len(_SIGNS)}')))"


def _create_triggers(connection: Connection) -> None:
    new, old = _without_d("new.text"), _without_d("old.text")
    add = f"INSERT INTO {WORDS_TABLE}(rowid, text) VALUES (new.id, {new});"
    remove = f"INSERT INTO {WORDS_TABLE}({WORDS_TABLE}, rowid, text) VALUES ('delete', old.id, {old});"
    inserted, deleted, changed = TRIGGERS
    for name, event, body in (
        (inserted, "INSERT", add),
        (deleted, "DELETE", remove),
        (changed, "UPDATE OF id, text", remove + add),
    ):
        connection.exec_driver_sql(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON notes BEGIN {body} END")


def _without_d(column: str) -> str:
    """SQLite's tokenizer folds every accent but the stroke of đ, which Unicode does not take for one."""
    return f"replace(replace({column}, 'đ', 'd'), 'Đ', 'd')"


def _has(connection: Connection, name: str) -> bool:
    found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (name,))
    return found.first() is not None
