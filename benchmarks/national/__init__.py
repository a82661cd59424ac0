"""The whole country, simulated: how long, how much, and what decides it.

    python -m benchmarks.national [--quick] [--seed 1] [--only NAME]…

A discrete-event simulation of the crawl of 5,000 to 20,000 portals. What decides is the
product itself: the scheduler with its admission and time budgets
(:mod:`crawler.scheduler`), the breaker and the pauses (:mod:`crawler.backoff`), the
division among workers (:mod:`crawler.shards`) and the due times of pages
(:mod:`crawler.schedule`) run as they are, on a clock of ours. Portals, their answers,
the processor and the line are modelled. Figures are in ``inputs.yml``, each with where
it is from; what was never measured says so.

inputs.py    the figures, read strictly
country.py   portals with heavy tails: sizes, platforms, the slow, the flaky, the dead
night.py     one run of the crawler, request by request
year.py      what is due on each day of two years
sizes.py     bytes on disk that come of it
tables.py    scenarios, and their outcomes as tables
drawing.py   the figures of docs/scale.md
"""
