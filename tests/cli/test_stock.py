"""`stock …`: the shelf on the command line, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call

CONDOMS = ("stock", "receive", "--item-code", "condom_m", "--product", "诚信", "--spec", "52mm")


@pytest.fixture
def stocked(call: Call) -> Call:
    """Two batches of condoms; the second expires first."""
    assert call(*CONDOMS, "--quantity", 100, "--batch", "A1", "--expiry", "2028-06").code == 0
    assert call(*CONDOMS, "--quantity", 20, "--batch", "B2", "--expiry", "2027-01").code == 0
    return call


def line(call: Call) -> Any:
    (found,) = call("stock", "list", "--json").json
    return found


def test_an_empty_stock_says_what_to_do(call: Call) -> None:
    assert "stock receive" in call("stock", "list").out
    assert call("stock", "list", "--json").json == []


def test_a_delivery_takes_the_usual_unit(stocked: Call) -> None:
    told = line(stocked)
    assert (told["unit"], told["unit_text"], told["hand"], told["box"]) == ("5", "pieces", 120, 0)
    assert [batch["batch_no"] for batch in told["batches"]] == ["B2", "A1"]
    assert "诚信 52mm" in stocked("stock", "list").out


def test_a_further_delivery_names_the_item(stocked: Call) -> None:
    told = stocked("stock", "receive", "--item", line(stocked)["item"], "--quantity", 5, "--batch", "C3", "--json")
    assert told.json["hand"] == 125


def test_counts_losses_and_what_is_given_without_a_name(stocked: Call) -> None:
    counted = stocked("stock", "count", "--item", "condom_m", "--batch", "A1", "--counted", 98, "--json")
    assert (counted.json["difference"], counted.json["hand"]) == (-2, 118)
    lost = stocked("stock", "lose", "--item", "condom_m", "--batch", "A1", "--quantity", 8, "--note", "受潮", "--json")
    assert lost.json["hand"] == 110
    given = stocked("stock", "give", "--item", "condom_m", "--quantity", 10, "--json")
    assert [(batch["batch_no"], batch["hand"]) for batch in given.json["batches"]] == [("B2", 10), ("A1", 90)]


def test_too_little_is_refused_unless_the_count_was_wrong(stocked: Call) -> None:
    give = ("stock", "give", "--item", "condom_m", "--batch", "B2", "--quantity", 25)
    refused = stocked(*give, "--json")
    assert refused.code == 1
    assert "batch B2: 20" in refused.json["error"]
    assert stocked(*give, "--count-was-wrong").code == 0
    directions = [move["direction"] for move in stocked("stock", "moves", "--limit", 2, "--json").json]
    assert sorted(directions) == ["counted", "out"]


def test_the_box(stocked: Call) -> None:
    stocked("stock", "box", "refill", "--item", "condom_m", "--quantity", 30)
    told = stocked("stock", "box", "count", "--item", "condom_m", "--counted", 12, "--json").json
    assert (told["taken"], told["box"], told["hand"]) == (18, 12, 90)
    assert stocked("stock", "box", "empty", "--item", "condom_m", "--quantity", 12, "--json").json["box"] == 0


def test_only_an_expired_batch_is_written_off(stocked: Call) -> None:
    refused = stocked("stock", "expire", "--item", "condom_m", "--batch", "A1")
    assert refused.code == 1
    assert "2028-06" in refused.err
    assert "no batch X9" in stocked("stock", "expire", "--item", "condom_m", "--batch", "X9").err
    stocked(*CONDOMS, "--quantity", 5, "--batch", "OLD", "--expiry", "2026-10")
    assert stocked("stock", "expire", "--item", "condom_m", "--batch", "OLD", "--json").json["hand"] == 120


def test_an_entry_is_taken_back(stocked: Call) -> None:
    newest = stocked("stock", "moves", "--json").json[0]
    assert (newest["quantity"], newest["at_visit"]) == (20, False)
    assert stocked("stock", "undo", newest["id"], "--json").json == {"undone": 1}
    assert line(stocked)["hand"] == 100
    assert "no entry's id" in stocked("stock", "undo", "newest").err


def test_an_item_is_named_by_its_id_where_its_code_is_of_several(stocked: Call) -> None:
    stocked("stock", "receive", "--item-code", "condom_m", "--product", "第六感", "--quantity", 5)
    assert "Several items" in stocked("stock", "give", "--item", "condom_m", "--quantity", 1).err
    assert "no item" in stocked("stock", "give", "--item", "coc", "--quantity", 1).err


def test_what_to_order_is_empty_where_use_is_not_known(stocked: Call) -> None:
    told = stocked("stock", "order", "--json").json
    assert told["cover_days"] == 90
    assert [each["order"] for each in told["lines"]] == [None]


def test_a_visit_that_hands_out_too_much_is_refused_at_the_question(village: Call, tmp_path: Path) -> None:
    village("stock", "receive", "--item-code", "coc", "--quantity", 3, "--batch", "P1", "--expiry", "2028-01")
    person = village("person", "find", "李芳", "--json").json[0]["id"]
    answers = {"receiver": "1", "item_code": "coc", "qty": 4}
    visit = ("visit", "add", "--person", person, "--form", "contraceptive_supply", "--answers", tmp_path / "a.json")
    (tmp_path / "a.json").write_text(json.dumps({"outcome": "done", "answers": answers}), encoding="utf-8")
    refused = village(*visit, "--json")
    assert refused.code == 1
    assert [each["question"] for each in refused.json["violations"]] == ["qty"]
    assert "batch P1: 3" in refused.json["violations"][0]["message"]
    answers["count_was_wrong"] = "1"
    (tmp_path / "a.json").write_text(json.dumps({"outcome": "done", "answers": answers}), encoding="utf-8")
    assert village(*visit).code == 0
    assert [move["at_visit"] for move in village("stock", "moves", "--json").json] == [True, True, False]


def test_the_order_is_printed(stocked: Call, tmp_path: Path) -> None:
    out = tmp_path / "order.pdf"
    assert stocked("print", "order", "--out", out, "--json").json == {"file": str(out), "pages": 1}
    assert out.read_bytes().startswith(b"%PDF")
