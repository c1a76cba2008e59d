"""Opening a report in headless Chromium, without a driver: the page itself writes what the tests ask into its root."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
    "--v=0", "--virtual-time-budget=30000", "--allow-file-access-from-files", "--disable-extensions",
)  # fmt: skip

# A window cannot be narrower than 500 px, a frame can; the frame's page is of the same file origin, so it can be asked.
FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="page" src="{name}" width="{width}" height="900" style="border:0"></iframe><script>
const wait = setInterval(() => {{
  const page = document.getElementById("page").contentDocument;
  if (!page?.documentElement?.dataset.ready) return;
  clearInterval(wait);
  const charts = [...page.querySelectorAll("[data-chart]")];
  const ids = [...page.querySelectorAll("[id]")].map((one) => one.id);
  const links = [...page.querySelectorAll("a[href^='#']")].map((one) => one.getAttribute("href").slice(1));
  const boxes = [...page.querySelectorAll(".dd")].map((svg) => {{
    const sheet = svg.viewBox.baseVal;
    const texts = [...svg.querySelectorAll("text")].map((one) => ({{
      name: svg.closest("figure").id, text: one.textContent, room: Number(one.dataset.room), box: one.getBBox(),
      px: parseFloat(getComputedStyle(one).fontSize) * svg.getBoundingClientRect().width / sheet.width,
    }}));
    return {{ sheet, texts }};
  }});
  // Letters fill about two thirds of the height of their box.
  const within = (b) => ({{ l: b.x + 1, r: b.x + b.width - 1, t: b.y + 0.22 * b.height, b: b.y + 0.8 * b.height }});
  const meets = (one, two) => {{
    const [a, b] = [within(one.box), within(two.box)];
    return a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b;
  }};
  const drawings = {{
    names: [...page.querySelectorAll("figure.drawing")].map((one) => one.id),
    smallest: Math.min(99, ...boxes.flatMap((one) => one.texts.map((text) => text.px))),
    tooWide: boxes.flatMap((one) => one.texts.filter((text) => text.box.width > text.room * 1.03 + 1)
      .map((text) => `${{text.name}} ${{text.text}}: ${{text.box.width}} of ${{text.room}}`)),
    outside: boxes.flatMap((one) => one.texts.filter((text) => text.box.x < 0 || text.box.y < -2
      || text.box.x + text.box.width > one.sheet.width || text.box.y + text.box.height > one.sheet.height + 2)
      .map((text) => `${{text.name}} ${{text.text}}`)),
    meeting: boxes.flatMap((one) => one.texts.flatMap((text, i) => one.texts.slice(i + 1)
      .filter((other) => meets(text, other)).map((other) => `${{text.name}}: ${{text.text}} | ${{other.text}}`))),
    wider: [...page.querySelectorAll("figure.drawing .scroll")].filter((one) => one.clientWidth > {width}
      || one.getBoundingClientRect().right > {width}).length,
  }};
  const seen = {{
    drawings,
    ...page.documentElement.dataset,
    marks: Object.fromEntries(charts.map((one) => [one.dataset.chart, Number(one.dataset.marks)])),
    scripts: page.scripts.length,
    title: page.querySelector("h1").textContent,
    text: page.querySelector("main").innerText.slice(0, 4000),
    labels: [...page.querySelectorAll("svg text")].map((one) => one.textContent).join(" | "),
    touched: String(page.defaultView.touched),
    twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    broken: links.filter((id) => !ids.includes(id)),
    unnamed: charts.filter((one) => !one.ariaLabel).length,
  }};
  document.body.dataset.seen = JSON.stringify(seen);
}}, 50);
</script></body>"""


@dataclass(frozen=True)
class Seen:
    """What the browser saw of a page, and every line that it wrote to its console."""

    page: dict
    console: list[str]


def browser() -> str:
    """Return the browser's path; skip where there is none, fail where it is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("DENSHI_REQUIRE_BROWSER") == "1":
        pytest.fail("a browser is required, but no chromium is on the path")
    pytest.skip("no chromium on the path")


def open_page(html: str, folder: Path, width: int = 1280) -> Seen:
    """Open a page in a frame of a width and return what became of it."""
    program = browser()
    (folder / "page.html").write_text(html, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.format(name="page.html", width=width), encoding="utf-8")
    command = [
        program, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},900", "--dump-dom",
        (folder / "frame.html").as_uri(),
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    found = re.search(r'data-seen="([^"]*)"', ended.stdout)
    assert found, f"the page never became ready: {ended.stderr[-2000:]}"
    return Seen(json.loads(unescape(found[1])), [line for line in ended.stderr.splitlines() if "CONSOLE" in line])
