"""What was made to happen before the send gate, one proof each, over public surfaces only: REST, the command
line, the operator's files, SSH to simulated nodes, the journal's database. The number is in the test's name.

1, 3            test_lost_starts
2               test_at_the_gate (the first half), test_taken_back
4, 5            test_campaigns
6, 7, 8, 10,
11, 12, 14      test_at_the_gate
9               test_clock_ahead
13              test_the_journal_away
15              test_smaller, test_the_journal_away

All share one stack of their own, since some stop it, the fleet or the journal; ``test_rest_sweep`` tries
every other way that Airflow's API offers.
"""
