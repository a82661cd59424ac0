"""Exact capture: the bytes of a request and its response, as they crossed the wire."""
