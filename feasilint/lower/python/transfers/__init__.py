"""Transfer functions: what a call makes of its receiver and arguments."""
