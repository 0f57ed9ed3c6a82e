"""What people do to a run, in any order, against the code that decides, on the simulator's machine."""
