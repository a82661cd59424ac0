"""Charts: drawn on the server by lets-plot, sent as SVG in which nothing can run.

::

    series.py    what a chart shows: rows from the published database, with denominators
    figure.py    a chart with its words, its table, its source, in the page's language
    draw.py      rows to lets-plot's grammar of graphics
    look.py      colours, sizes and axes, and lets-plot's SVG
    inert.py     that SVG with nothing left but shapes, text and links of this site
    tiles.py     the provinces on a grid of tiles
    view.py      /chart/<name>.svg and .csv, drawn once per snapshot

Pages embed charts as images, so that no page waits for one and no chart can reach into
a page. The map of tiles is the exception: its links work only inside the page.
Why lets-plot: docs/charts.md.
"""
