"""Measured serving points against predictions: how far off, on what, and when the fit has not seen it."""
