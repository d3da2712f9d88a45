"""Nothing of what is entered can be read in any file of the folder, open or closed, in any encoding."""

from __future__ import annotations

from tests.conftest import CHEAP, PASSPHRASE
from villagefp.domain.records import Alias, Event, Household, Person, Phone
from villagefp.storage import drafts, local, marks
from villagefp.storage.drafts import Draft
from villagefp.storage.marks import Mark
from villagefp.storage.store import change_passphrase

WORDS = (
    "司马相如",
    "外号小相",
    "13912345678",
    "990101196003011234",
    "卓文君的信",
    "柳树湾村",
    "王秀兰",
    "老槐树下",
    "草稿的话",
)


def readable(folder):
    """What of the words stands in some file of the folder."""
    encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    return [
        (path.name, word)
        for path in sorted(folder.rglob("*"))
        for word in WORDS
        for encoding in encodings
        if word.encode(encoding) in path.read_bytes()
    ]


def test_no_word_of_a_person_is_on_the_disk(store):
    new_id = store.ambient.new_id
    person = Person(id=new_id(), name="司马相如", id_no="990101196003011234", note="卓文君的信")
    visit = {"event_type": "visit", "form": "f", "form_version": "1", "occurred_on": "2026-11-22"}
    draft = Draft(new_id(), "f", "1", person.id, None, "2026-11-22", "草稿的话".encode(), "", "", "")
    with store.save("卓文君的信") as save:
        save.add_many([person, Household(id=new_id(), household_no="1", address="老槐树下")])
        save.add(Alias(id=new_id(), person=person.id, name="外号小相"))
        save.add(Phone(id=new_id(), person=person.id, number="13912345678"))
        save.add(Event(id=new_id(), person=person.id, answers="卓文君的信".encode(), **visit))
        drafts.put_draft(save.connection, draft)
        local.put(save.connection, "roster", "司马相如".encode())
        marks.add(save.connection, [Mark(new_id(), person.id, "id_checksum", "司马相如 990101196003011234", "一组")])
    change_passphrase(store, PASSPHRASE, PASSPHRASE + "!", CHEAP)
    assert {path.name for path in store.folder.iterdir()} >= {"store.db", "store.db-wal", "store.db-shm", "lock"}
    assert readable(store.folder) == []
    change_passphrase(store, PASSPHRASE + "!", PASSPHRASE, CHEAP)
    store.close()
    assert readable(store.folder) == []
    (store.folder / "a readable file").write_text("司马相如", encoding="gb18030")
    assert readable(store.folder) == [("a readable file", "司马相如")]  # the search itself finds what is there
