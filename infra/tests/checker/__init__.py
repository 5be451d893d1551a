"""Reads our Bicep as a compiler would, as far as that goes without one, and says what is wrong with it."""
