"""What single values of a campaign's file may look like: shares, times, dates, zones, cron lines."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from srx_issu.campaign.cron import NotACronLine, parse_cron
from srx_issu.campaign.model import Share
from srx_issu.catalog.fields import wrong

REST = "rest"
_SHARE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(%?)")
_GLOB = re.compile(r"[A-Za-z0-9*?][A-Za-z0-9._*?-]{0,63}")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLASS = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+\.[A-Za-z_][A-Za-z0-9_]*")


def parse_share(text: str) -> Share:
    """``3`` or ``10%``. The text was checked before."""
    found = _SHARE.fullmatch(text.strip())
    assert found is not None, text
    return Share(percent=float(found[1])) if found[2] else Share(count=int(found[1]))


def weekday(text: str) -> int:
    """0 is Monday."""
    return _WEEKDAYS.index(text)


def _share(text: str) -> str:
    found = _SHARE.fullmatch(text.strip())
    if not found or (not found[2] and "." in found[1]) or (found[2] and float(found[1]) > 100):
        raise wrong(f"{text[:40]!r} is not a number of clusters", "write a number (3) or a percentage (10%)")
    return text.strip()


def _size(text: str) -> str:
    if text == REST:
        return text
    if not parse_share(_share(text)).of(1):
        raise wrong(f"a wave of {text!r} has nobody in it", "write a number from 1 on, a percentage, or rest")
    return text.strip()


def _glob(text: str) -> str:
    if not _GLOB.fullmatch(text):
        raise wrong(f"{text[:80]!r} is not a cluster name", "write a name; * and ? stand for any letters")
    return text


def _weekday(text: str) -> str:
    short = text.strip().lower()[:3]
    if short not in _WEEKDAYS:
        raise wrong(f"{text[:40]!r} is not a weekday", f"write one of {', '.join(_WEEKDAYS)}")
    return short


def _time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    try:
        hours, minutes = str(value).strip().split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise wrong(
            f"{str(value)[:40]!r} is not a time of day", "write it like 22:30, from 00:00 to 23:59"
        ) from None


def _date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise wrong(f"{str(value)[:40]!r} is not a date", "write it like 2027-03-14") from None


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        remedy = "write its IANA name, such as Europe/Berlin"
        raise wrong(f"{text[:60]!r} is not a time zone", remedy) from None
    return text


def _cron(text: str) -> str:
    try:
        parse_cron(text)
    except NotACronLine as reason:
        words = f"{text[:60]!r} is not a valid cron expression: {reason}"
        raise wrong(words, "write it like '0 1 * * sun'") from None
    return text


def _class_path(text: str) -> str:
    if not _CLASS.fullmatch(text):
        example = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
        raise wrong(f"{text[:80]!r} is not a class", f"write its whole name, such as {example}")
    return text


ShareText = Annotated[str, AfterValidator(_share), Field(json_schema_extra={"examples": ["2", "10%"]})]
SizeText = Annotated[str, AfterValidator(_size), Field(json_schema_extra={"examples": ["1", "10%", "rest"]})]
Glob = Annotated[str, AfterValidator(_glob)]
Weekday = Annotated[str, AfterValidator(_weekday)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Date = Annotated[date, BeforeValidator(_date)]
Zone = Annotated[str, AfterValidator(_zone)]
CronText = Annotated[str, AfterValidator(_cron)]
ClassPath = Annotated[str, AfterValidator(_class_path)]
