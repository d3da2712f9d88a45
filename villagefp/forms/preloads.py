"""What a form notes by itself: the day, when it was begun, when it was last touched."""

from __future__ import annotations

from villagefp.domain.ambient import CHINA, Ambient
from villagefp.forms.recalculation import Recalculation

_TODAY, _START, _END, _WORKER = "date today", "timestamp start", "timestamp end", "property username"


def fill(work: Recalculation, ambient: Ambient, *, worker: str) -> None:
    """As the form is opened for the first time."""
    now = ambient.now().astimezone(CHINA)
    moment = now.isoformat(timespec="seconds")
    fresh = {_TODAY: now.date().isoformat(), _START: moment, _END: moment, _WORKER: worker}
    for path, bind in work.form.binds.items():
        if bind.preload in fresh:
            for place in work.instance.places(path):
                work.set(place, fresh[bind.preload])


def touch_end(work: Recalculation, ambient: Ambient) -> None:
    """As an answer is given."""
    for path, bind in work.form.binds.items():
        if bind.preload == _END:
            moment = ambient.now().astimezone(CHINA).isoformat(timespec="seconds")
            for place in work.instance.places(path):
                work.set(place, moment)
