"""What may be shown: prose, configurations and text for a terminal, without secrets and control marks."""
