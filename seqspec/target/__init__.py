"""Graph to program, and program to Python source."""
