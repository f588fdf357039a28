"""Faults of this process: kept until they are over, stored for all processes, and mailed to the operator."""
