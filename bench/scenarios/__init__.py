"""What is measured: one module for each part of the desk, each scenario a generator with one sample a round."""
