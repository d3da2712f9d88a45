from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.printing.samples import household, newborn
from villagefp import paths
from villagefp.printing.helper import HelperError, PdfHelper, Reply, Request, read_frame, serve, write_frame
from villagefp.printing.jobs import SheetJob
from villagefp.printing.render import render


@pytest.fixture(scope="module")
def helper() -> Iterator[PdfHelper]:
    with PdfHelper() as running:
        running.warm()
        yield running


def test_the_helper_makes_the_same_bytes_as_this_process(helper: PdfHelper) -> None:
    assert helper.render(newborn()) == render(newborn())
    assert helper.render(household()) == render(household())


def test_one_process_serves_many_sheets_and_says_how_many_are_done(helper: PdfHelper) -> None:
    before = helper.process_id
    heard: list[int] = []
    made = helper.render_many([newborn(name=f"王{number}") for number in range(5)], heard.append)
    assert heard == [1, 2, 3, 4, 5]
    assert len({one.pdf for one in made}) == 5
    assert helper.process_id == before


def test_many_sheets_can_be_called_off(helper: PdfHelper) -> None:
    done: list[int] = []
    made = helper.render_many([household()] * 5, done.append, lambda: len(done) == 2)
    assert len(made) == 2


def test_a_helper_that_was_killed_is_replaced(helper: PdfHelper) -> None:
    before = helper.process_id
    assert before is not None
    os.kill(before, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    assert helper.render(newborn()).pages == 1
    assert helper.process_id != before


def test_a_bug_in_one_sheet_is_told_without_its_data_and_ends_nothing(helper: PdfHelper) -> None:
    process = helper.process_id
    job = household()
    assert job.household is not None
    broken = replace(job.household.words, page="{nobody}")
    with pytest.raises(HelperError) as raised:
        helper.render(replace(job, household=replace(job.household, words=broken)))
    assert "李芳" not in str(raised.value)
    assert "KeyError" in str(raised.value)
    assert helper.render(newborn()).pages == 1
    assert helper.process_id == process


def test_a_program_that_is_no_helper_is_found_out() -> None:
    with PdfHelper([sys.executable, "-c", "pass"]) as none, pytest.raises(HelperError):
        none.warm()


def test_missing_glyphs_come_back_instead_of_a_sheet(helper: PdfHelper) -> None:
    told = helper.render(newborn(name="李𡋾"))
    assert (told.pdf, told.missing) == (b"", ("𡋾",))


def test_the_process_that_asks_never_loads_reportlab() -> None:
    check = (
        "import sys; import villagefp.printing.helper, villagefp.printing.words; "
        "sys.exit('reportlab' in sys.modules or 'PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=paths.root_dir(), check=False).returncode == 0


def test_nothing_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "TEMP", "TMP", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    with PdfHelper() as helper:
        assert helper.render(newborn()).pages == 1
    assert list(tmp_path.iterdir()) == []


def test_frames_are_read_whole_or_not_at_all() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, b"one")
    write_frame(pipe, b"")
    pipe.seek(0)
    assert [read_frame(pipe), read_frame(pipe), read_frame(pipe)] == [b"one", b"", None]
    assert read_frame(io.BytesIO(b"\x00\x00\x00\x05ab")) is None
    assert read_frame(io.BytesIO(b"\xff\xff\xff\xff")) is None


def test_serving_answers_every_frame_in_turn() -> None:
    asked, answered = io.BytesIO(), io.BytesIO()
    write_frame(asked, b"")
    write_frame(asked, msgspec.msgpack.encode(Request(sheet=household())))
    write_frame(asked, b"rubbish")
    asked.seek(0)
    serve(asked, answered)
    answered.seek(0)
    assert read_frame(answered) == b""
    good = msgspec.msgpack.decode(read_frame(answered) or b"", type=Reply)
    bad = msgspec.msgpack.decode(read_frame(answered) or b"", type=Reply)
    assert good.rendered is not None
    assert good.rendered.pages == 1
    assert "Error" in bad.failed
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(newborn()), type=SheetJob) == newborn()


def test_pages_are_drawn_where_the_pdf_is_made() -> None:
    with PdfHelper() as helper:
        pdf = helper.render(household()).pdf
        (page,) = helper.draw(pdf, [0], 72)
        assert (page.number, page.width, page.height) == (0, 596, 842)
        assert len(page.data) == page.stride * page.height
        assert len(set(page.data)) > 10
        with pytest.raises(HelperError):
            helper.draw(b"no PDF", [0], 72)
