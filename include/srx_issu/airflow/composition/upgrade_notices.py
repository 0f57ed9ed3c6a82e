"""Telling people of an upgrade at once, from the triggerer, by the notifiers that policy names for it.

They were fixed with the intent at ``claim``; no file is read. Each notice goes out in a thread of its own
that nobody waits for: a notifier that hangs keeps neither the wait nor the end of the triggerer. Only so many
hang at once; further notices are left to the log then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from threading import Thread
from typing import Any, cast

from asgiref.sync import sync_to_async

from srx_issu.airflow.composition.notifying import link_to, notify
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.dag_names import dag_of

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8  # notices under way in one process
WITHIN_S = 60.0
_sending: set[asyncio.Task[None]] = set()
_threads: set[Thread] = set()  # those that hang stay


def tell_of_upgrade(intent: Intent, title: str, text: str) -> None:
    """Returns at once, and raises nothing. Called on the event loop; the log has had its line already."""
    whole = "\n\n".join(filter(None, (title, text, link_to(dag_of(intent), intent.upgrade_id))))
    for wanted in intent.policy.notify:
        if len(_threads) >= MOST_AT_ONCE:
            log.error("notice not sent by %s: %d others hang: %s", wanted.notifier, len(_threads), title)
            continue
        task = asyncio.get_running_loop().create_task(_send(partial(notify, wanted, title, whole), title))
        _sending.add(task)
        task.add_done_callback(_sending.discard)


async def _send(send: Callable[[], None], title: str) -> None:
    """In a thread: a notifier's questions to Airflow come back to this loop (asgiref), which is the only one
    that may ask the triggerer's supervisor."""
    thread = cast("ThreadPoolExecutor", _OwnThread())  # any executor will do
    sending = sync_to_async(send, thread_sensitive=False, executor=thread)
    try:
        await asyncio.wait_for(sending(), WITHIN_S)
    except TimeoutError:
        log.exception("notice not sent within %.0f s: %s", WITHIN_S, title)
    except Exception:  # nothing of a notice may end anything
        log.exception("notice not sent: %s", title)


class _OwnThread(Executor):
    """A daemon thread for each call: nobody joins one that hangs."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()

        def work() -> None:
            done.set_running_or_notify_cancel()
            try:
                result = call(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - handed to who waits for it
                done.set_exception(error)
            else:
                done.set_result(result)
            finally:
                _threads.discard(thread)

        thread = Thread(target=work, name="notice", daemon=True)
        _threads.add(thread)
        thread.start()
        return done
