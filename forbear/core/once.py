"""A property worked out when it is first asked for and kept; without the lock of functools.cached_property, for values
that are never changed and are made thousands of times."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """`@once def months(self) -> int: …` on a frozen dataclass without slots."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self.work = work
        self.name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, of: None, kind: type) -> "once[T]": ...

    @overload
    def __get__(self, of: object, kind: type) -> T: ...

    def __get__(self, of: object | None, kind: type) -> "once[T] | T":
        if of is None:
            return self
        value = of.__dict__[self.name] = self.work(of)
        return value
