"""Reports that never were, as many as wanted, written straight into a catalogue.

    python -m benchmarks.synthetic DIR --reports 25000 [--errors 200] [--seed 1]

Counties of the real list of divisions get a government, its office, departments and
towns; each reports six years. All figures of a county agree: rows and columns add up,
what one year carries out the next carries in, the government is the sum of its members,
and the prose quotes the tables. ``--errors`` plants contradictions and prints them, so
that a benchmark can also ask whether they were found. Nothing here passes the readers:
this is for measuring checks, publication and the site, not extraction.
"""
