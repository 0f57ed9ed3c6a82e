"""The routes besides ISSU: which one a cluster may take, and each as a plan of actions."""
