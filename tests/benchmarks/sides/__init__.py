"""One module per side. A function prepares a work and returns what does it once."""
