"""Text to syntax to graph."""
