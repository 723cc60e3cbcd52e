"""Rules as pure functions over values: no clock, no log, no input or output."""
