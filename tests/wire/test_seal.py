"""Envelopes: whatever happened to the file, it is known by name and changes nothing."""

from __future__ import annotations

import random
import tracemalloc
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from villagefp.wire import seal, village_key
from villagefp.wire.envelope_name import EnvelopeName, file_name, read_file_name
from villagefp.wire.protocol import PROTOCOL, Spoken
from villagefp.wire.seal import (
    Contents,
    EnvelopeError,
    EnvelopeFault,
    Part,
    new_seal_key,
    open_envelope,
    read_part,
    sealed_to,
    slip_code,
    write_envelope,
)
from villagefp.wire.village_key import VillageKey

COUNTY, LAPTOP, STRANGER = (new_seal_key(random.Random(seed).randbytes) for seed in (1, 2, 3))
V, W = b"v" * 16, b"w" * 16
PARTS = [
    Part(contents=Contents.DOWN, village=V, recipient=LAPTOP.public, plain=b"pages for one village"),
    Part(contents=Contents.UP, village=W, recipient=COUNTY.public, plain=b"batches of another" * 100),
    Part(contents=Contents.TRANSFER, village=V, recipient=LAPTOP.public, plain=b""),
]


def written(parts=PARTS, **how):
    file = BytesIO()
    write_envelope(file, parts, **how)
    return file.getvalue()


FILE = written()


def read_all(content, *keys):
    file = BytesIO(content)
    envelope = open_envelope(file)
    return [
        (envelope.entries[place].contents, envelope.entries[place].village, read_part(file, envelope, place, keys))
        for key in keys
        for place in envelope.mine(key.public)
    ]


def fault(act):
    with pytest.raises(EnvelopeError) as refused:
        act()
    assert "Nothing was changed and nothing is lost." in str(refused.value)
    return refused.value.fault


def test_each_recipient_reads_its_parts_and_no_other():
    assert read_all(FILE, LAPTOP) == [(Contents.DOWN, V, PARTS[0].plain), (Contents.TRANSFER, V, b"")]
    assert read_all(FILE, COUNTY) == [(Contents.UP, W, PARTS[1].plain)]
    assert fault(lambda: read_all(FILE, STRANGER)) is EnvelopeFault.WRONG_RECIPIENT
    envelope = open_envelope(BytesIO(FILE))
    assert fault(lambda: read_part(BytesIO(FILE), envelope, 1, [LAPTOP, STRANGER])) is EnvelopeFault.WRONG_RECIPIENT


def test_nothing_of_the_contents_can_be_seen():
    assert b"pages" not in FILE
    assert b"batches" not in FILE
    assert LAPTOP.public not in FILE


def test_an_envelope_costs_little_more_than_what_is_in_it():
    one = written([Part(contents=Contents.UP, village=V, recipient=COUNTY.public, plain=bytes(7000))])
    assert len(one) - 7000 <= 160


def test_an_envelope_cut_off_anywhere_is_truncated():
    assert fault(lambda: open_envelope(BytesIO(b""))) is EnvelopeFault.FOREIGN
    told = {
        length: fault(lambda length=length: open_envelope(BytesIO(FILE[:length]))) for length in range(1, len(FILE))
    }
    assert set(told.values()) == {EnvelopeFault.TRUNCATED}


def test_a_file_that_was_never_finished_is_truncated():
    class PulledError(Exception):
        pass

    def parts():
        yield from PARTS
        raise PulledError

    file = BytesIO()
    with pytest.raises(PulledError):
        write_envelope(file, parts())
    assert fault(lambda: open_envelope(file)) is EnvelopeFault.TRUNCATED
    file.write(bytes(100_000))  # a file system that had made room already
    assert fault(lambda: open_envelope(file)) is EnvelopeFault.TRUNCATED


def test_a_bit_turned_anywhere_is_noticed():
    allowed = {EnvelopeFault.FOREIGN, EnvelopeFault.TRUNCATED, EnvelopeFault.ALTERED}
    for place in range(len(FILE)):
        for bit in range(8) if place < 200 else (place % 8,):
            flipped = bytearray(FILE)
            flipped[place] ^= 1 << bit
            assert fault(lambda flipped=flipped: open_envelope(BytesIO(bytes(flipped)))) in allowed
    assert fault(lambda: open_envelope(BytesIO(FILE + b"\0"))) is EnvelopeFault.ALTERED


def test_a_sealed_part_altered_by_somebody_who_mends_the_hash_is_noticed():
    file = BytesIO(FILE)
    envelope = open_envelope(file)
    altered = bytearray(FILE)
    altered[envelope.offsets[0] + 40] ^= 1
    assert fault(lambda: read_part(BytesIO(bytes(altered)), envelope, 0, [LAPTOP])) is EnvelopeFault.ALTERED


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_file_is_no_envelope(content):
    begins_so = content and seal.MAGIC.startswith(
        content[: len(seal.MAGIC)]
    )  # half of the first bytes is half an envelope
    expected = EnvelopeFault.TRUNCATED if begins_so else EnvelopeFault.FOREIGN
    assert fault(lambda: open_envelope(BytesIO(content))) is expected
    told = fault(lambda: open_envelope(BytesIO(seal.MAGIC + content)))
    assert told in {EnvelopeFault.TRUNCATED, EnvelopeFault.ALTERED}


def test_a_carrier_that_takes_it_for_text_is_noticed():
    assert fault(lambda: open_envelope(BytesIO(FILE.replace(b"\r\n", b"\n")))) is EnvelopeFault.FOREIGN


def test_another_protocol_is_named():
    older, newer = written(protocol=1), written(protocol=3)
    assert fault(lambda: open_envelope(BytesIO(older), Spoken(2, 2))) is EnvelopeFault.OLDER
    assert fault(lambda: open_envelope(BytesIO(newer), Spoken(2, 2))) is EnvelopeFault.NEWER
    assert open_envelope(BytesIO(newer), Spoken(2, 3)).entries
    assert fault(lambda: open_envelope(BytesIO(newer[:-1]), Spoken(2, 2))) is EnvelopeFault.TRUNCATED


def test_a_table_that_makes_no_sense_is_altered():
    for entries in ([[9, V, bytes(8), 60]], [[1, V, bytes(8), 2**40]], [[1, b"v", bytes(8), 60]], "text"):
        table = seal.pack([entries])
        frame = seal._FRAME.pack(seal.MAGIC, PROTOCOL, seal._FRAME.size + len(table) + 32, len(table))
        content = frame + table + seal.blake2b(table + frame, digest_size=32).digest()
        assert fault(lambda content=content: open_envelope(BytesIO(content))) is EnvelopeFault.ALTERED


def test_a_huge_envelope_is_looked_over_in_little_memory(tmp_path):
    path = tmp_path / "large.vfp"
    part = Part(contents=Contents.SEED, village=V, recipient=LAPTOP.public, plain=bytes(1_000_000))
    tracemalloc.start()
    try:
        with path.open("w+b") as file:
            write_envelope(file, (replace(part, village=bytes([place]) * 16) for place in range(20)))
            envelope = open_envelope(file)
            assert len(read_part(file, envelope, 19, [LAPTOP])) == 1_000_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 20_000_000
    assert peak < 8_000_000


def test_what_nobody_would_read_is_not_written():
    with pytest.raises(ValueError, match="without parts"):
        written([])
    with pytest.raises(ValueError, match="too large"):
        written([replace(PARTS[0], plain=bytes(seal.MAX_PART + 1))])
    with pytest.raises(ValueError, match="32 bytes"):
        seal.SealKey(b"short")


def test_the_hash_is_shown_in_eight_digits():
    assert slip_code(bytes(32)) == "0000 0000"
    assert slip_code((123).to_bytes(8, "big") + bytes(24)) == "0000 0123"
    assert write_envelope(BytesIO(), PARTS) != write_envelope(BytesIO(), PARTS), "sealed with fresh chance"


def test_each_fault_has_its_own_sentence():
    assert len({seal.in_words(each) for each in EnvelopeFault}) == len(EnvelopeFault)


@pytest.mark.parametrize(
    ("village", "name"),
    [
        ("柳树湾村", "柳树湾村_2026-11-22_3.vfp"),
        ("大柳树 / 二组", "大柳树二组_2026-11-22_3.vfp"),
        ('a<b>:"c|?*_d', "abcd_2026-11-22_3.vfp"),
        ("..", "vfp_2026-11-22_3.vfp"),
        ("村" * 100, "村" * 40 + "_2026-11-22_3.vfp"),
    ],
)
def test_names_are_good_on_any_file_system_and_read_back(village, name):
    assert file_name(village, date(2026, 11, 22), 3) == name
    told = read_file_name(name)
    assert told is not None
    assert told[1:] == (date(2026, 11, 22), 3)
    assert len(name.encode()) < 255


@pytest.mark.parametrize(
    "name",
    [
        "柳树湾村_2026-11-22_3.vfp",
        "柳树湾村_2026-11-22_3(1).vfp",
        "柳树湾村_2026-11-22_3 (12).vfp",
        "柳树湾村_2026-11-22_3（1）.vfp",
        "柳树湾村_2026-11-22_3 - 副本.vfp",
        "柳树湾村_2026-11-22_3 - 副本 (2).vfp",
        "柳树湾村_2026-11-22_3 - Copy.VFP",
        "柳树湾村_20261122_003.vfp",
        "柳树湾村_2026-11-22_3.vfp(1)",
        " 柳树湾村_2026-11-22_3.vfp ",
    ],
)
def test_what_carriers_add_to_a_name_is_overlooked(name):
    assert read_file_name(name) == EnvelopeName("柳树湾村", date(2026, 11, 22), 3)


@pytest.mark.parametrize(
    "name", ["", "报表.xlsx", "柳树湾村_2026-13-22_3.vfp", "柳树湾村_2026-11-22.vfp", "柳树湾村_2026-11-22_3.vfp.exe"]
)
def test_other_names_say_nothing(name):
    assert read_file_name(name) is None


KEY = VillageKey(2, bytes(range(32)))
WRAPPED = village_key.wrap(KEY, V, b"d" * 16, LAPTOP.public)


def test_a_village_key_reaches_its_device_and_no_other():
    assert village_key.unwrap(WRAPPED, V, b"d" * 16, LAPTOP) == KEY
    assert KEY.key not in WRAPPED
    for village, device, key in ((W, b"d" * 16, LAPTOP), (V, b"e" * 16, LAPTOP), (V, b"d" * 16, COUNTY)):
        assert fault(lambda v=village, d=device, k=key: village_key.unwrap(WRAPPED, v, d, k)) is (
            EnvelopeFault.WRONG_RECIPIENT
        )


def test_a_wrapped_key_altered_or_cut_anywhere_is_refused():
    for place in range(len(WRAPPED)):
        flipped = bytearray(WRAPPED)
        flipped[place] ^= 1
        for told in (bytes(flipped), WRAPPED[:place]):
            fault(lambda told=told: village_key.unwrap(told, V, b"d" * 16, LAPTOP))
    fault(lambda: village_key.unwrap(WRAPPED + bytes(1000), V, b"d" * 16, LAPTOP))


def test_what_was_wrapped_otherwise_is_told():
    def unwrapped(inside):
        return fault(lambda: village_key.unwrap(sealed_to(LAPTOP.public, inside), V, b"d" * 16, LAPTOP))

    assert unwrapped(b"no key") is EnvelopeFault.ALTERED
    assert unwrapped(seal.pack([1, V, b"d" * 16, 1, b"short"])) is EnvelopeFault.ALTERED
    assert unwrapped(seal.pack([PROTOCOL + 1, V, b"d" * 16, 1, bytes(32)])) is EnvelopeFault.NEWER
    with pytest.raises(ValueError, match="32 bytes"):
        village_key.wrap(VillageKey(1, b"short"), V, b"d" * 16, LAPTOP.public)
