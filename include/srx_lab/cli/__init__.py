"""The Junos CLI: lines and their pipes, configuration mode, the interactive session, the program `cli`."""
