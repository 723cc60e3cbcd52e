"""From an alert to a channel: texts, links, senders; knows no database."""
