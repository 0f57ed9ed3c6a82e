"""The Junos CLI: words to queries, pipes, and the interactive session."""
