"""Which rows of a table a user may see, as SQL that is complete: the only values in it are the integers of the asker.

Two forms of the same condition. `of_table` goes by the set of visible customers, and serves a query that reads many
rows. `of_row` probes by keys, and serves a look-up that checks few. Rules: "Who sees what" in the business definitions,
declared table by table in schema/tables.
"""

from __future__ import annotations

from schema.access import ROLE_SCOPES, Asker
from schema.tables.declarative import Customers, FollowedBy, Follows, Open
from tools.guard.catalog import Catalog, CatalogTable
from tools.guard.errors import GuardError

VISIBLE = "visible_customers"  # the CTE that shared conditions go by


class Visibility:
    """The conditions for one asker.

    `shared`: the set of visible customers stands once, in a CTE `VISIBLE` with the body `customers()`, which the caller
    adds to the statement; else it stands in each condition.
    """

    def __init__(self, asker: Asker, catalog: Catalog, *, shared: bool = False) -> None:
        if asker.role not in ROLE_SCOPES:
            raise GuardError(f"The role '{asker.role}' is not known, so nothing can be shown.", "not_allowed")
        self.scope = asker.scope
        self.catalog = catalog
        self.user = _integer(asker.id)
        self.store = _integer(asker.store_id) if self.scope == "store" else 0
        self.in_visible = f"IN ({f'SELECT {VISIBLE}.id FROM {VISIBLE}' if shared else self.customers()})"

    def customers(self) -> str:
        """The ids of the customers that the asker sees, who is not of the group."""
        if self.scope == "own":
            owned = f"ownerships.user_id = {self.user} AND ownerships.to_date IS NULL"
            return f"SELECT ownerships.customer_id AS id FROM ownerships WHERE {owned}"
        home = [
            f"SELECT {name}.{_key(table)} AS id FROM {name} WHERE {name}.home_store_id = {self.store}"
            for name, table in self.catalog.tables.items()
            if isinstance(table.scope, Customers)
        ]
        came = [f"SELECT {t}.{c} FROM {t} WHERE {t}.{s} = {self.store}" for t, c, s in self._opening()]
        return " UNION ".join([*home, *came])

    def of_table(self, table: CatalogTable) -> str | None:
        """The condition on the columns of `table`, by its own name; None where every row is visible.

        >>> from tools.guard import Catalog
        >>> rep = Visibility(Asker(5, "an", "An", "sales_rep", 2), Catalog.of_tables(), shared=True)
        >>> rep.of_table(rep.catalog.tables["notes"])
        'notes.customer_id IN (SELECT visible_customers.id FROM visible_customers)'
        >>> rep.of_table(rep.catalog.tables["stores"])
        """
        if self.scope == "group":
            return None
        match table.scope:
            case Open():
                return None
            case Customers():
                return f"{table.name}.{_key(table)} {self.in_visible}"
            case FollowedBy(column, by):
                return f"{table.name}.{_key(table)} IN ({self._visible(by, column)})"
            case Follows(column, parent_name):
                parent = self.catalog.tables[parent_name]
                inside = f"{table.name}.{column} {self.in_visible}"
                if isinstance(parent.scope, FollowedBy):  # its rows are those pointed at: no need to read them
                    inside = f"{table.name}.{column} IN ({self._visible(parent.scope.table, parent.scope.column)})"
                elif not isinstance(parent.scope, Customers):
                    inside = f"{table.name}.{column} IN ({self._visible(parent_name, _key(parent))})"
                alone = self._alone(table)
                return f"({inside} OR {alone})" if alone else inside

    def of_row(self, table: CatalogTable) -> str | None:
        """The same condition, for a row that was found already."""
        if self.scope == "group":
            return None
        match table.scope:
            case Open():
                return None
            case Customers():
                key = f"{table.name}.{_key(table)}"
                if self.scope == "own":
                    return f"{key} {self.in_visible}"
                # with the store on the left the index of the customer is taken, which holds few rows
                at = [f"{self.store} IN (SELECT {t}.{s} FROM {t} WHERE {t}.{c} = {key})" for t, c, s in self._opening()]
                return f"({' OR '.join([f'{table.name}.home_store_id = {self.store}', *at])})"
            case FollowedBy(column, by):
                return self._exists(by, f"{by}.{column} = {table.name}.{_key(table)}")
            case Follows(column, parent):
                inside = self._exists(parent, f"{parent}.{_key(self.catalog.tables[parent])} = {table.name}.{column}")
                alone = self._alone(table)
                return f"({inside} OR {alone})" if inside and alone else inside

    def _visible(self, table: str, column: str) -> str:
        """A column of the visible rows of a table."""
        condition = self.of_table(self.catalog.tables[table])
        return f"SELECT {table}.{column} FROM {table}" + (f" WHERE {condition}" if condition else "")

    def _exists(self, table: str, link: str) -> str | None:
        condition = self.of_row(self.catalog.tables[table])
        return condition and f"EXISTS (SELECT 1 FROM {table} WHERE {link} AND {condition})"

    def _opening(self) -> list[tuple[str, str, str]]:
        """Tables whose rows make a customer visible to their store: (table, customer column, store column)."""
        marks = ((name, table.scope) for name, table in self.catalog.tables.items())
        return [(n, m.column, m.store) for n, m in marks if isinstance(m, Follows) and m.opens and m.store]

    def _alone(self, table: CatalogTable) -> str | None:
        """The condition on rows without a customer: they follow their store, or else their user."""
        mark = table.scope
        if not isinstance(mark, Follows) or mark.column not in table.nullable:
            return None
        if self.scope == "own":
            mine = f"{table.name}.{mark.user} = {self.user}" if mark.user else None
        elif mark.store:
            mine = f"{table.name}.{mark.store} = {self.store}"
        else:
            staff = f"SELECT users.id FROM users WHERE users.store_id = {self.store}"
            mine = f"{table.name}.{mark.user} IN ({staff})" if mark.user else None
        return mine and f"({table.name}.{mark.column} IS NULL AND {mine})"


def _integer(value: object) -> int:
    """What goes into the SQL: an integer, and nothing that only looks like one."""
    if type(value) is not int or value < 0:
        raise GuardError("It is not known which store or user you belong to, so nothing can be shown.", "not_allowed")
    return value


def _key(table: CatalogTable) -> str:
    if table.key is None:
        raise TypeError(f"{table.name} is followed by rows and needs a primary key of one column")
    return table.key
