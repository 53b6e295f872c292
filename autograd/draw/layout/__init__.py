"""Layout: positions for the boxes and edges of a picture."""
