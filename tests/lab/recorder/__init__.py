"""The recorder lab: runs the shop, breaks it, and records what could be seen. Read `lab.py` first."""
