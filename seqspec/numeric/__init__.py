"""What operations compute, in NumPy: formulas that several of them share. Imports nothing early."""
