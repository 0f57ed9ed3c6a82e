"""Windows: what is open when, above all on the days when clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from srx_issu.campaign.cron import NotACronLine, parse_cron
from srx_issu.campaign.window import Calendar, Days, Freeze, Opening, closes_at, next_start, spans

SUNDAY = Days(weekdays=frozenset({6}))
BERLIN = "Europe/Berlin"  # clocks: 2027-03-28 02:00 -> 03:00, 2027-10-31 03:00 -> 02:00


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def nightly(opens: str, closes: str, days: Days = SUNDAY, **more: object) -> Calendar:
    opening = Opening(days=days, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
    return Calendar(zone=BERLIN, openings=(opening,), **more)  # type: ignore[arg-type]


def opened(calendar: Calendar, day: str) -> list[str]:
    start = utc(day) - timedelta(hours=12)
    found = spans(calendar, start, start + timedelta(hours=48))
    return [f"{span.start:%d %H:%M}-{span.end:%d %H:%M}" for span in found]


def test_a_window_is_in_the_sites_own_time() -> None:
    assert opened(nightly("01:00", "05:00"), "2027-01-17") == ["17 00:00-17 04:00"]
    assert opened(nightly("01:00", "05:00"), "2027-07-18") == ["17 23:00-18 03:00"]


def test_a_window_across_midnight_belongs_to_the_day_it_opens() -> None:
    assert opened(nightly("22:00", "04:00"), "2027-01-17") == ["17 21:00-18 03:00"]


def test_same_time_twice_means_a_whole_day() -> None:
    assert opened(nightly("00:00", "00:00"), "2027-01-17") == ["16 23:00-17 23:00"]


def test_a_night_without_the_hour_from_two_to_three_is_an_hour_shorter() -> None:
    assert opened(nightly("01:00", "05:00"), "2027-03-28") == ["28 00:00-28 03:00"]


def test_a_window_that_opens_in_the_missing_hour_opens_after_it() -> None:
    assert opened(nightly("02:30", "05:00"), "2027-03-28") == ["28 01:30-28 03:00"]


def test_a_window_that_closes_in_the_missing_hour_closes_before_it() -> None:
    assert opened(nightly("00:00", "02:30"), "2027-03-28") == ["27 23:00-28 00:30"]


def test_a_window_inside_the_missing_hour_does_not_open() -> None:
    assert opened(nightly("02:15", "02:45"), "2027-03-28") == []


def test_in_the_doubled_hour_the_shorter_reading_holds() -> None:
    assert opened(nightly("02:30", "05:00"), "2027-10-31") == ["31 01:30-31 04:00"]
    assert opened(nightly("00:00", "02:30"), "2027-10-31") == ["30 22:00-31 00:30"]


def test_a_length_is_counted_in_hours_that_pass() -> None:
    opening = Opening(days=SUNDAY, opens=time(1), length_s=4 * 3600)
    assert opened(Calendar(zone=BERLIN, openings=(opening,)), "2027-03-28") == ["28 00:00-28 04:00"]


def test_windows_that_touch_are_one() -> None:
    evening = Opening(days=SUNDAY, opens=time(20), closes=time(0))
    night = Opening(days=Days(weekdays=frozenset({0})), opens=time(0), closes=time(3))
    assert opened(Calendar(zone=BERLIN, openings=(night, evening)), "2027-01-17") == ["17 19:00-18 02:00"]


def test_a_freeze_cuts_a_window_at_local_midnight() -> None:
    freeze = Freeze(first=date(2027, 1, 18), last=date(2027, 1, 20), reason="month's end")
    assert opened(nightly("22:00", "04:00", freezes=(freeze,)), "2027-01-17") == ["17 21:00-17 23:00"]


def test_a_freeze_cuts_the_beginning_off_too() -> None:
    freeze = Freeze(first=date(2027, 1, 16), last=date(2027, 1, 17))
    assert opened(nightly("22:00", "04:00", freezes=(freeze,)), "2027-01-17") == ["17 23:00-18 03:00"]


def test_without_openings_everything_is_open_but_what_is_frozen() -> None:
    freeze = Freeze(first=date(2027, 1, 18), last=date(2027, 1, 18))
    calendar = Calendar(freezes=(freeze,))
    assert next_start(calendar, utc("2027-01-17T10:00"), 3600) == utc("2027-01-17T10:00")
    assert next_start(calendar, utc("2027-01-17T23:30"), 3600) == utc("2027-01-19T00:00")


def test_a_window_with_too_little_time_left_is_not_used() -> None:
    calendar = nightly("01:00", "05:00")
    assert next_start(calendar, utc("2027-01-17T00:00"), 4 * 3600) == utc("2027-01-17T00:00")
    assert next_start(calendar, utc("2027-01-17T00:00:01"), 4 * 3600) == utc("2027-01-24T00:00")
    assert next_start(calendar, utc("2027-01-17T02:00"), 3600) == utc("2027-01-17T02:00")


def test_an_open_window_says_when_it_closes() -> None:
    assert closes_at(nightly("01:00", "05:00"), utc("2027-01-17T01:00")) == utc("2027-01-17T04:00")
    assert closes_at(nightly("01:00", "05:00"), utc("2027-01-17T05:00")) is None
    assert closes_at(Calendar(), utc("2027-01-17T01:00")) is None


def test_a_date_far_ahead_is_found_and_one_beyond_the_horizon_is_not() -> None:
    once = nightly("01:00", "05:00", Days(dates=frozenset({date(2027, 12, 5)})))
    assert next_start(once, utc("2027-01-17T00:00"), 3600) == utc("2027-12-05T00:00")
    assert next_start(once, utc("2027-12-06T00:00"), 3600) is None
    # Five hours fit once a year, in the night that has an hour twice; six never do.
    longest = nightly("01:00", "05:00")
    assert next_start(longest, utc("2027-01-17T00:00"), 5 * 3600) == utc("2027-10-30T23:00")
    assert next_start(longest, utc("2027-01-17T00:00"), 6 * 3600) is None


@pytest.mark.parametrize(
    ("line", "days", "times"),
    [
        ("0 1 * * sun", ["2027-01-17"], ["01:00"]),
        ("0 1 * * 7", ["2027-01-17"], ["01:00"]),
        ("30 22,23 * * 1-2", ["2027-01-18", "2027-01-19"], ["22:30", "23:30"]),
        ("0 2 15-31/8 jan *", ["2027-01-15", "2027-01-23"], ["02:00"]),
        ("*/30 4 17 1 *", ["2027-01-17"], ["04:00", "04:30"]),
        ("0 2 15 1 mon", ["2027-01-15", "2027-01-18"], ["02:00"]),  # cron's "either"
        ("0 20/2 18 * *", ["2027-01-18"], ["20:00", "22:00"]),
    ],
)
def test_cron_lines(line: str, days: list[str], times: list[str]) -> None:
    parsed = parse_cron(line)
    week = [date(2027, 1, 15) + timedelta(days=n) for n in range(10)]
    found = [str(day) for day in week if parsed.days.include(day)]
    assert [day for day in days if day in found] == days
    assert [f"{at:%H:%M}" for at in parsed.times] == times


@pytest.mark.parametrize(
    "line", ["", "* * * *", "61 1 * * *", "0 1 * * fri-mon", "a 1 * * *", "0 1 * * */0", "² 1 * * *"]
)
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    with pytest.raises(NotACronLine):
        parse_cron(line)
