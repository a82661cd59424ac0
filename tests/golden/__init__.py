"""Golden cases: a document, what a person read in it, and why this case is kept."""
