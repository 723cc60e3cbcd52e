"""Parts that tests share: a clock, samples, sinks, the running system."""
