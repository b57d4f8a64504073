"""Requests that wait at the same time: many take hardly longer than one."""

from collections.abc import Callable, Iterable
from threading import Thread

# Two such calls at once stay within a client's ten connections.
AT_THE_SAME_TIME = 4


def at_once[Part, Found](read: Callable[[Part], Found], parts: Iterable[Part]) -> list[Found]:
    """What is read of each part, in the order of the parts."""
    some = list(parts)
    if len(some) <= 1:
        return [read(part) for part in some]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a login does not pay for it

    with ThreadPoolExecutor(AT_THE_SAME_TIME) as pool:
        return list(pool.map(read, some))


def both[First, Second](first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What both read, the one while the other waits."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a login does not pay for it

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(second)
        return first(), later.result()


def together(*calls: Callable[[], object]) -> None:
    """Makes the calls, each of the later ones while the others wait, and returns once all are done. Raises the first that failed."""
    failed: list[BaseException | None] = [None] * len(calls)

    def make(index: int) -> None:
        try:
            calls[index]()
        except Exception as error:  # noqa: BLE001 - raised in the caller's thread
            failed[index] = error

    threads = [Thread(target=make, args=(index,)) for index in range(1, len(calls))]
    for thread in threads:
        thread.start()
    if calls:
        make(0)
    for thread in threads:
        thread.join()
    for error in failed:
        if error is not None:
            raise error
