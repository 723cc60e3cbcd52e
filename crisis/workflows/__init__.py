"""What the system does, one file each; a workflow owns its transaction and returns ids."""
