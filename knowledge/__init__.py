"""What people wrote, found by its words and by its meaning.

Heavy libraries are imported when a search first needs them.
"""
