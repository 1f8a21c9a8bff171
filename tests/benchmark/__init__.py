"""How fast the daily run is, against the least that SQL needs: see README.md."""
