"""`county tasks|look|move|conflict`: what waits is listed without a name, and opened and decided under one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHEAP, PASSPHRASE
from tests.county.cluster import Cluster
from tests.county.laptops import VILLAGE, Laptop, Write
from villagefp import i18n
from villagefp.county import devices, erasing
from villagefp.county.accept import accept_batch
from villagefp.county.engine import postgres_engine
from villagefp.county.keys import of_secret
from villagefp.county.store import County
from villagefp.domain.ambient import Ambient
from villagefp.office import run_county
from villagefp.wire.declared import BY_NAME
from villagefp.wire.erasure import Erasure, sign_erasure

Ask = Callable[..., tuple[int, Any]]
HERE, THERE = "990101101201", "990101102203"


@pytest.fixture
def place(cluster: Cluster, tmp_path: Path) -> tuple[str, ...]:
    return ("--db", cluster.new_database(), "--keys", str(tmp_path / "keys"))


@pytest.fixture
def ask(place: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("VILLAGEFP_PASSPHRASE", PASSPHRASE)

    def asked(*words: str, **told: str) -> tuple[int, Any]:
        named = [part for name, value in told.items() for part in (f"--{name}", value)]
        code = run_county([*words, *named, *place, "--json"], CHEAP)
        return code, json.loads(capsys.readouterr().out)

    assert asked("init")[0] == 0
    return asked


@pytest.fixture
def laptop(ask: Ask, place: tuple[str, ...]) -> Laptop:
    """A village with a person in conflict who wishes to move, and a stock below nothing."""
    del ask
    county = County(postgres_engine(place[1]), Ambient())
    county.found_village(VILLAGE, HERE, "柳树湾村")
    county.found_village(bytes(15) + b"\x02", THERE, "杨树沟村")
    laptop, other = Laptop(90).enrolled(county), Laptop(91).enrolled(county)
    person = laptop.person("李芳")
    (made,) = laptop.save(person)
    for each, name in ((laptop, "李方"), (other, "李芬")):
        told = {"name": name, "name_status": "own"}
        each.save(Write("person", person.record, told, dict.fromkeys(told, (made,))))
    laptop.save(
        Write(
            "transfer",
            laptop.id(),
            {
                "person": person.record, "from_village": HERE, "to_village": THERE, "asked_on": "2026-11-20",
                "consent_on": "2026-11-20", "consent_how": "spoken", "state": "asked",
            },
        )
    )  # fmt: skip
    laptop.save(Write("stock_move", laptop.id(), {"item": laptop.id(), "direction": "out", "quantity": -1}))
    for each in (laptop, other):
        accept_batch(county, each.batch())
    county.close()
    return laptop


def tasks(ask: Ask) -> dict[str, str]:
    code, lines = ask("tasks")
    assert code == 0
    assert "李" not in json.dumps(lines, ensure_ascii=False).replace("柳树湾村", "")
    return {line["sort"]: line["records"][0] for line in lines}


def test_a_day_at_the_desk(ask: Ask, laptop: Laptop) -> None:
    del laptop
    waiting = tasks(ask)
    assert set(waiting) == {"conflict", "transfer", "stock"}
    person = waiting["conflict"]
    under = {"village": HERE, "who": "Liu"}
    code, found = ask("look", person, cause="conflict", **under)
    assert (code, set(found[0])) == (0, {"name", "name_status"})
    code, (shown,) = ask("conflict", person, **under)
    chosen = next(str(each["number"]) for each in shown["choices"] if each["values"]["name"] == "李方")
    assert ask("conflict", person, "--choose", shown["id"], chosen, reason="asked her", **under)[0] == 0
    code, told = ask("move", waiting["transfer"], "--agree", **under)
    assert (code, told["agreed"], told["to"]) == (0, True, "杨树沟村")
    assert told["copied"] > 0
    assert set(tasks(ask)) == {"stock"}


def test_a_record_and_a_conflict_are_read_in_words(
    ask: Ask, place: tuple[str, ...], laptop: Laptop, capsys: pytest.CaptureFixture[str]
) -> None:
    del laptop
    waiting = tasks(ask)
    i18n.set_language("zh_CN")
    person, under = waiting["conflict"], ("--village", HERE, "--who", "Liu", *place)
    for words, told in (
        (("look", person, "--cause", "conflict"), ("个人  姓名: 李",)),
        (("conflict", person), ("个人  姓名", "李方", "李芬")),
        (
            ("look", waiting["transfer"], "--cause", "transfer"),
            ("迁移意愿", f"迁入村: {THERE}", "提出日期: 2026-11-20"),
        ),
    ):
        assert run_county([*words, *under], CHEAP) == 0
        said = capsys.readouterr().out
        for word in told:
            assert word in said, said
        for name in ("name_status", "to_village", "transfer", "person"):
            assert name not in said


def test_what_is_no_task_is_refused_in_words(ask: Ask, laptop: Laptop) -> None:
    del laptop
    waiting = tasks(ask)
    person = waiting["conflict"]
    assert ask("look", person, village=HERE, who="Liu", cause="duplicate")[0] == 1
    assert ask("look", person, village=HERE, who="Liu", cause="returned")[0] == 1
    assert ask("look", person, village="990101999999", who="Liu", cause="conflict")[0] == 1
    assert ask("look", "zzz", village=HERE, who="Liu", cause="conflict")[0] == 1
    assert ask("move", str(uuid.UUID(int=1)), "--agree", village=HERE, who="Liu")[0] == 1
    assert ask("conflict", person, "--choose", "0", "x", village=HERE, who="Liu")[0] == 1
    assert ask("move", waiting["transfer"], "--not-agree", village=HERE, who="Liu")[0] == 0
    assert "transfer" not in tasks(ask)


@pytest.mark.parametrize("answer", ["--grant", "--refuse"])
def test_an_erasure_that_was_asked_for_is_decided_once(
    ask: Ask, place: tuple[str, ...], laptop: Laptop, answer: str
) -> None:
    person = uuid.UUID(tasks(ask)["conflict"])
    county = County(postgres_engine(place[1]), Ambient())
    devices.revoke(county, VILLAGE, laptop.device, "Liu")
    with county.read() as connection:
        device = devices.known(connection, VILLAGE, laptop.device)
    wanted = Erasure(village=VILLAGE, serial=1, records=((BY_NAME["person"].number, person.bytes),))
    assert erasing.of_device(county, device, sign_erasure(wanted, laptop.key), of_secret(bytes(32)))
    (waiting,) = [line["records"] for line in ask("tasks")[1] if line["sort"] == "erasure"]
    assert waiting[1:] == [str(person)]
    under = {"village": HERE, "who": "Liu"}
    assert ask("look", str(person), cause="rights", reference="2026-7", **under)[0] == 0
    assert ask("erase", waiting[0], answer, village=HERE, who=" ")[0] == 1
    assert ask("erase", waiting[0], answer, **under) == (0, {"granted": answer == "--grant"})
    assert "erasure" not in tasks(ask)
    assert ("conflict" in tasks(ask)) is (answer == "--refuse")
    assert ask("erase", str(uuid.UUID(int=1)), answer, **under)[0] == 1
    with county.read() as connection:
        noted = connection.exec_driver_sql("SELECT who, what FROM audit ORDER BY serial").all()
    county.close()
    assert ("Liu", "erasure granted" if answer == "--grant" else "erasure refused") in [tuple(row) for row in noted]
