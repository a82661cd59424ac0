"""The spiders. There is one for all portals, and one for addresses given by hand."""
