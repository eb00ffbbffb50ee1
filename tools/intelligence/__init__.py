"""The figures of every customer and vehicle, computed from the base tables by `refresh`. One file a figure."""
