"""First on PYTHONPATH, this makes a program's clock six hours fast: ``datetime.now()`` and nothing else."""

from __future__ import annotations

import datetime as clock

AHEAD = clock.timedelta(hours=6)
_real = clock.datetime


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real)


class FastClock(_real, metaclass=_AnyDatetime):
    """Makes datetimes of the real kind."""

    def __new__(cls, *args: object, **kwargs: object) -> _real:  # type: ignore[misc]
        return _real(*args, **kwargs)  # type: ignore[arg-type]

    @classmethod
    def now(cls, tz: clock.tzinfo | None = None) -> _real:  # type: ignore[override]
        return _real.now(tz) + AHEAD

    @classmethod
    def utcnow(cls) -> _real:  # type: ignore[override]
        return _real.now(clock.UTC).replace(tzinfo=None) + AHEAD

    @classmethod
    def fromisoformat(cls, text: str) -> _real:  # type: ignore[override]
        return _real.fromisoformat(text)


FastClock.__name__ = FastClock.__qualname__ = "datetime"
FastClock.__module__ = "datetime"
clock.datetime = FastClock  # type: ignore[misc]
