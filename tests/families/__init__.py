"""One invented portal, built in the manner of every family of systems.

``model`` says what the portal publishes, ``family`` what every family's site has in
common, ``markup`` how a report is typeset; the modules named like a family write the
pages as that vendor writes them, and ``test_contract`` holds all of them to the same.
"""
