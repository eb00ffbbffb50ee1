"""The customer store, table by table. Importing this package registers all of them on `metadata`."""

from schema.tables import computed, contacts, control, customers, orders, organisation, service, vehicles
from schema.tables.declarative import Base

ROOMS = (organisation, customers, vehicles, service, orders, contacts, computed, control)
metadata = Base.metadata

__all__ = ["ROOMS", "Base", "metadata"]
