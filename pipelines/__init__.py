"""Captures become rows: triage, extract, tabulate, check, load.

The order of the stages, and how each may fail::

    sniff      what the bytes are, by content            unsupported form → listed
    extract    bytes → text and grids with locators      unreadable → listed
    triage     report, circular, explainer … with reason  never fails
    tabulate   grids → cells, by labels                   leftovers are listed
    rules      cells and prose → verdicts                 a missing operand is no pass
    load       one report, one transaction                full disk → the run stops

Nothing here opens a socket: reading the archive needs no network. Same bytes and same
version give the same result, and a document that cannot be read is a row with its
reason, never the end of a run.
"""
