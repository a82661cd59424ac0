"""The pages, one module each.

``load(connection, …)`` reads what the page shows into plain values and knows nothing
of HTTP; ``view(datasette, request)`` renders it. ``ROUTES`` of the plugin lists them.
"""
