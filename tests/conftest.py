"""Settings for every suite: property tests are the same in each run, and a busy machine is no failure."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# derandomize: the examples follow from the test itself, so a red run is red again on the next machine.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")
