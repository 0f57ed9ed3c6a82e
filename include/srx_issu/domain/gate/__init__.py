"""What may be sent to a firewall, and when: the conditions of each purpose, and how they are judged."""
