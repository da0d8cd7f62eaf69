"""The page as a reader sees it, in a real browser."""

import html as markup
import json
import re
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import pytest

from seqbench.core.record import Record
from seqbench.reports.html import render_html
from seqbench.reports.rows import build
from seqbench.reports.run import document
from seqbench.runtimes.browser import browser
from tests.reports.sample_document import DOCUMENT
from tests.support import sample_report

pytestmark = pytest.mark.browser

# The page itself runs no script: one around it looks into it, in a frame as wide as the window.
PROBE = """<!doctype html><body style="margin:0">
<iframe style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument;
  const box = (element) => element.getBoundingClientRect();
  const charts = [...page.querySelectorAll("figure svg")].filter((svg) => box(svg).width > 0);
  const cut = (svg) => [...svg.querySelectorAll("text")].filter((text) =>
    box(text).left < 0 || box(text).right > {width});
  document.body.dataset.seen = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    text: page.body.innerText,
    tops: [...page.querySelectorAll("section")].map((part) => [part.id, box(part).top]),
    charts: charts.map((svg) => [box(svg).width, box(svg).height]),
    marks: charts.map((svg) => svg.querySelectorAll(".mark-symbol path").length),
    cut: charts.flatMap(cut).map((text) => text.textContent),
    inks: [...new Set(charts.flatMap((svg) => [...svg.querySelectorAll("text")])
      .map((text) => frame.contentWindow.getComputedStyle(text).fill))],
    ink: frame.contentWindow.getComputedStyle(page.body).color,
  }});
}});
</script>"""


def browse(folder: Path, name: str, *options: str) -> str:
    """Open a file in a window of its own profile and return what the browser prints."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [
                browser.require(),
                *browser.flags(),
                f"--user-data-dir={profile}",
                "--hide-scrollbars",
                *options,
                (folder / name).as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    return done.stdout


def look(folder: Path, records: list[Record], width: int, *options: str) -> dict[str, object]:
    """Return what the frame around a run's page found in it."""
    return look_at(folder, render_html(document(build(records, "quick"))), width, *options)


def look_at(folder: Path, page: str, width: int, *options: str) -> dict[str, object]:
    """Return what the frame around a page found in it."""
    probe = PROBE.format(page=markup.escape(page), width=width)
    (folder / "probe.html").write_text(probe, encoding="utf-8")
    dom = browse(folder, "probe.html", "--virtual-time-budget=5000", "--dump-dom", *options)
    seen = re.search(r'<body[^>]*data-seen="([^"]*)"', dom)
    assert seen, "the frame never loaded"
    found: dict[str, object] = json.loads(markup.unescape(seen[1]))
    return found


@pytest.mark.parametrize("width", [390, 1300])
def test_the_page_fits_its_window_and_shows_everything(tmp_path: Path, width: int) -> None:
    seen = look(tmp_path, sample_report.broken_run(), width)
    assert seen["width"] == width
    text = str(seen["text"])
    for word in ("pass", "fail", "unsupported", "unavailable", "error"):
        assert re.search(rf"\b{word}\b", text), word
    assert "8 of 231 cells did not pass" in text
    assert "<script>alert(1)</script>" in text
    tops = dict(seen["tops"])  # type: ignore[call-overload] # pairs of a name and a number
    assert list(tops) == sorted(tops, key=lambda name: tops[name])
    assert next(iter(tops)) == "answer"


@pytest.mark.parametrize("width", [390, 1300])
def test_a_page_of_every_element_fits_its_window(tmp_path: Path, width: int) -> None:
    seen = look_at(tmp_path, render_html(DOCUMENT), width)
    assert seen["width"] == width
    assert [name for name, _ in seen["tops"]] == ["first", "second"]  # type: ignore[attr-defined] # pairs
    words = (
        "<b>every</b> element",
        "1 of 2 *did* not pass",
        "<script>alert(1)</script>",
        "of *it*",
    )
    assert all(text in str(seen["text"]) for text in (*words, "lines <why>", "keras", "95 %"))


@pytest.mark.parametrize("width", [390, 1300])
def test_the_charts_are_drawn_whole_and_large_enough_to_read(tmp_path: Path, width: int) -> None:
    seen = look(tmp_path, sample_report.run(), width)
    charts, marks = seen["charts"], seen["marks"]
    assert isinstance(charts, list)
    assert isinstance(marks, list)
    assert len(charts) == 14
    assert all(300 < wide < width and high > 180 for wide, high in charts)
    assert marks == [12] * 11 + [44] * 3
    assert seen["cut"] == []


def test_one_model_fills_a_wide_window_and_a_phone(tmp_path: Path) -> None:
    records = sample_report.run(("digits_cnn",))
    for width, least in ((1300, 900), (390, 300)):
        seen = look(tmp_path, records, width)
        charts = seen["charts"]
        assert isinstance(charts, list)
        assert len(charts) == 4
        assert charts[0][0] > least
        assert seen["width"] == width


@pytest.mark.parametrize(("scheme", "page"), [("1", (0xF5, 0xF6, 0xF8)), ("0", (0x0F, 0x12, 0x16))])
def test_the_page_follows_the_readers_light_or_dark(
    tmp_path: Path, scheme: str, page: tuple[int, int, int]
) -> None:
    chosen = f"--blink-settings=preferredColorScheme={scheme}"
    records = sample_report.run(("digits_cnn", "lstm_series"))
    seen = look(tmp_path, records, 1300, chosen)
    assert seen["inks"] == [seen["ink"]]
    (tmp_path / "report.html").write_text(
        render_html(document(build(records, "quick"))), encoding="utf-8"
    )
    shot = tmp_path / "shot.png"
    browse(tmp_path, "report.html", chosen, "--window-size=1300,900", f"--screenshot={shot}")
    assert corner(shot) == page
    assert shot.stat().st_size > 30_000


def corner(png: Path) -> tuple[int, ...]:
    """Return the colour of the upper left pixel: no filter of PNG changes that one."""
    data, at, packed = png.read_bytes(), 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    return tuple(zlib.decompress(packed)[1:4])
