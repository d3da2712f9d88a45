"""After an update the county makes the records whose kinds and fields it has learned, once, and counts them."""

from __future__ import annotations

import pytest

from tests.county.laptops import VILLAGE, Laptop, Write
from tests.county.reading import in_force, stored
from villagefp.county import erasing, learning
from villagefp.county.accept import accept_batch
from villagefp.county.store import County
from villagefp.wire import declared
from villagefp.wire.declaring import field
from villagefp.wire.erasure import Erasure, sign_erasure
from villagefp.wire.kinds import Base, FieldType, Kind
from villagefp.wire.signing import SigningKey

KEY = SigningKey(b"county's key".ljust(32))
NEWER = Kind(number=99, name="facility", fields=(field(1, "name", FieldType.TEXT, Base.ORGANISATION, "test"),))
PERSON = declared.BY_NAME["person"]
NICKNAME = field(90, "nickname", FieldType.TEXT, Base.DUTY, "test")
NEWER_PERSON = Kind(number=PERSON.number, name=PERSON.name, fields=(*PERSON.fields, NICKNAME))


def knows_more(patch: pytest.MonkeyPatch) -> None:
    """The program is a newer one from here on."""
    for kind in (NEWER, NEWER_PERSON):
        patch.setitem(declared.BY_NAME, kind.name, kind)
        patch.setitem(declared.BY_NUMBER, kind.number, kind)
    patch.setattr(learning, "REGISTRY", learning.REGISTRY + 3)


def written(county: County) -> tuple[Laptop, bytes]:
    """A newer laptop's records, one of which is erased, at a county that does not know their kind."""
    laptop = Laptop(90).enrolled(county)
    with pytest.MonkeyPatch.context() as patch:
        knows_more(patch)
        clinic, gone = laptop.id(), laptop.id()
        (first,) = laptop.save(Write("facility", clinic, {"name": "镇卫生院"}))
        laptop.save(Write("facility", gone, {"name": "要删去的"}))
        laptop.save(laptop.person("李芳", nickname="阿芳"), laptop.person("王强"))
        laptop.save(Write("facility", clinic, {"name": "镇中心卫生院"}, {"name": (first,)}))
    accept_batch(county, laptop.batch())
    told = sign_erasure(Erasure(village=VILLAGE, serial=1, records=((NEWER.number, gone),)), KEY)
    erasing.apply(county, VILLAGE, told, [KEY.public])
    assert learning.fold_in_what_is_known(county) == 0
    return laptop, gone


def test_what_was_not_known_is_made_once_after_the_update(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop, gone = written(county)
    assert {kind for kind, _record in stored(county, VILLAGE)} == {PERSON.number}
    knows_more(monkeypatch)
    assert learning.fold_in_what_is_known(county) == 3  # two facilities, and the person with the new field
    assert learning.fold_in_what_is_known(county) == 0
    records = dict(stored(county, VILLAGE))  # checks the digests as well
    blank = records.pop((NEWER.number, gone))
    assert (blank.fields, blank.heads, blank.withdrawn) == (b"\x80", b"", True)
    assert records == {name: one for name, one in in_force([laptop]).items() if name[1] != gone}


def test_what_comes_after_the_update_rests_on_what_came_before(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop, gone = written(county)
    knows_more(monkeypatch)
    learning.fold_in_what_is_known(county)
    laptop.save(
        Write("facility", laptop.log[0].change.record, {"name": "县医院"}, {"name": (laptop.log[-1].change.name,)})
    )
    accept_batch(county, laptop.batch())
    records = {name: one for name, one in stored(county, VILLAGE).items() if name[1] != gone}
    assert records == {name: one for name, one in in_force([laptop]).items() if name[1] != gone}
