"""SSH, NETCONF, SFTP and SCP, one port a node."""
