"""Graph to graph: the same values with less work. One rewrite a file, in order in `pipeline.py`."""
