"""A page of the laptop's database goes bad while it exchanges: it is said in words, and nobody else loses anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from tests.conftest import PASSPHRASE
from tests.storage.laptops import contents
from tests.sync.offices import Line, Side
from villagefp.errors import UserError
from villagefp.storage.store import open_store

PAGE = 4096


def test_a_page_that_goes_bad_in_an_exchange_is_said_and_the_whole_store_still_has_everything(
    make: Callable[..., Side], line: Line
) -> None:
    """Every page in turn, in an exchange that reads, writes and takes in; the county goes on with the sound copy."""
    one, other = make(), make()
    other.exchange(line)
    for number in range(40):
        one.person(f"张{number}")
    one.exchange(line)
    one.person("王五")
    other.person("李四")
    other.store.rest()
    other.store.close()
    sound = other.folder.with_name("sound")
    shutil.copytree(other.folder, sound)
    said: list[str] = []
    for place in range(PAGE, (sound / "store.db").stat().st_size, PAGE):
        shutil.rmtree(other.folder)
        shutil.copytree(sound, other.folder)
        other.store = open_store(other.folder, PASSPHRASE, other.ambient)
        with (other.folder / "store.db").open("r+b") as file:
            file.seek(place + 100)
            file.write(b"\0bad\0")
        try:
            other.exchange(Line(line.office))
        except UserError as refused:
            said.append(str(refused))
        other.store.close()
    assert len(said) > 10
    assert all("damaged" in sentence for sentence in said), set(said)
    shutil.rmtree(other.folder)
    shutil.copytree(sound, other.folder)
    other.store = open_store(other.folder, PASSPHRASE, other.ambient)
    for side in (other, one, other):
        side.exchange(Line(line.office))
        assert side.stands().not_received == 0
    assert contents(one.store) == contents(other.store)
