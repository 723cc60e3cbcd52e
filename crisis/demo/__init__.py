"""The demo: a mail catcher and simulated platforms; nothing leaves the host."""
