"""Tree to graph: names resolved, blocks expanded, every value inferred and checked."""
