"""The playground as a person uses it."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.playground.conftest import Open

pytestmark = pytest.mark.slow
SHEET = "#sheet .cm-content"
NOTE = "#note .cm-content"


def enter(page: Any, text: str, where: str = SHEET) -> None:
    page.click("#tab-note" if where == NOTE else "#tab-sheet")
    page.click("#tab-table") if where == SHEET else None
    page.click(where)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def link(text: str) -> str:
    """Return the address of a shared sheet."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(text.encode()) + packer.flush()
    return "#sheet=" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def shows(page: Any, selector: str, text: str) -> None:
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent.includes(text)",
        arg=[selector, text],
        timeout=30_000,
    )


def test_typing_an_error_and_a_claim(page: Any) -> None:
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    assert page.locator("#picture svg").count() == 1
    enter(page, "w = 3\nE = w^2 + v\n")
    shows(page, "#error", "line 2: unknown name 'v'")
    assert page.locator(".cm-lintRange-error").text_content() == "v"
    assert page.locator("#picture svg").count() == 1  # what was there stays, as stale
    enter(page, "w = 3\nE = w^2\ncheck d(E)/d(w) == 3*w\n")
    shows(page, "#claims", "WRONG")
    enter(page, "w = 3\nE = w^2\ncheck d(E)/d(w) == 2*w\n")
    shows(page, "#claims", "1 claim, all right")


def test_a_leaf_that_is_clicked_shows_its_chain_rule(page: Any) -> None:
    enter(page, "x, w = 2, 0.5\na = sigmoid(w*x)\nE = (1 - a)^2\n")
    shows(page, "#gradients", "w")
    page.get_by_role("button", name="w", exact=True).click()
    page.wait_for_selector("#derivation .katex")
    page.click("#tab-explorer")
    frame = page.frame_locator("#explorer iframe")
    frame.get_by_text("Backpropagation, step by step").wait_for()


def test_the_picture_has_its_full_size_on_request(page: Any) -> None:
    page.click("#tab-table")
    page.select_option("#example", label="the 2-2-2 network, step by step")
    shows(page, "#outcome", "0.29837")
    shows(page, "#claims", "31 claims")
    wide = "() => document.querySelector('#picture svg').getBoundingClientRect().width"
    fitted = page.evaluate(wide)
    page.get_by_role("button", name="Full size").click()
    assert page.evaluate(wide) > 1.5 * fitted
    page.get_by_role("button", name="Full size").press("Enter")
    assert page.evaluate(wide) == fitted


def test_completion_knows_names_and_ops(page: Any) -> None:
    enter(page, "weight = 3\nE = sigmoid(weight)\n")
    shows(page, "#outcome", "0.9525")
    page.keyboard.press("Control+End")
    page.keyboard.type("F = wei", delay=60)
    page.locator(".cm-completionLabel", has_text="weight").wait_for()


def test_a_sheet_is_shared_by_its_address(page: Any, opened: Open) -> None:
    enter(page, "ä = 3  # ∂\nE = ä^3\n")
    shows(page, "#gradients", "27")
    page.click("#share")
    page.wait_for_function("() => location.hash.length > 8")
    fragment = page.evaluate("location.hash")
    other = opened(fragment)
    shows(other, "#gradients", "27")
    assert "∂" in other.locator(SHEET).text_content()
    damaged = opened(fragment[:-4])
    shows(damaged, "#status", "damaged")


def test_sharing_says_so_and_leaves_the_cursor_where_it_was(page: Any) -> None:
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    page.locator("#sheet .cm-line").first.click()
    page.keyboard.press("End")
    page.evaluate("document.querySelector('#share').click()")
    shows(page, "#status", "link is")
    page.wait_for_timeout(300)
    shows(page, "#status", "link is")
    page.focus(SHEET)
    page.keyboard.type("4")
    shows(page, "#gradients", "68")


def test_a_long_sheet_is_shared(opened: Open) -> None:
    noise = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(5000)]
    page = opened(link("w = 3\nE = w^2\n" + "".join(f"# {line}\n" for line in noise)))
    shows(page, "#gradients", "6")
    page.click("#share")
    shows(page, "#status", "link is")
    code = page.evaluate("location.hash").removeprefix("#sheet=")
    text = zlib.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)), wbits=-15).decode()
    assert text.splitlines()[-1] == f"# {noise[-1]}"


def test_a_link_that_unpacks_to_far_too_much_is_refused(opened: Open) -> None:
    page = opened(link("#" * 50_000_000))
    shows(page, "#status", "damaged")
    shows(page, "#gradients", "w")  # of the sheet that the page starts with


DROP = """([where, name, text]) => {
  const dataTransfer = new DataTransfer();
  if (name) dataTransfer.items.add(new File([text], name));
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector(where).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.mark.parametrize("where", [SHEET, "#picture", "header"])
def test_a_file_dropped_anywhere_is_opened(page: Any, where: str) -> None:
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    assert page.evaluate(DROP, [where, "other.txt", "w = 4\nE = w^3\n"])  # else the browser would show the file
    shows(page, "#gradients", "48")
    assert page.evaluate(DROP, [where, "note.md", "$$C = a^2$$\n\n$$\\frac{dC}{da} = 3a$$\n"])
    shows(page, "#verdicts", "WRONG")
    page.click("#tab-sheet")


def test_an_error_is_marked_at_its_place_behind_characters_of_two_units(page: Any) -> None:
    enter(page, "\N{MATHEMATICAL ITALIC SMALL X} = 1\nE = \N{MATHEMATICAL ITALIC SMALL X} + v\n")
    shows(page, "#error", "line 2: unknown name 'v'")
    assert page.locator(".cm-lintRange-error").text_content() == "v"


def test_a_long_computation_is_given_up_when_its_text_changes(opened: Open) -> None:
    page = opened(link("x = 0.5\n" + "".join(f"y{i} = sin(x + {i})*x\n" for i in range(20_000))))
    page.locator("#stop").wait_for(state="visible", timeout=30_000)
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    page.locator("#stop").wait_for(state="hidden")


def test_an_example_is_opened_from_the_list(page: Any) -> None:
    groups = page.locator("#example optgroup")
    assert groups.count() == 3
    page.select_option("#example", label="a European call and its greeks")
    shows(page, "#outcome", "price = 8.947")
    shows(page, "#claims", "2 claims, all right")
    assert page.input_value("#example") == ""
    page.select_option("#example", index=1)
    assert page.get_attribute("#tab-note", "aria-selected") == "true"
    shows(page, "#verdicts", "equations")


def test_a_note_becomes_a_worksheet(page: Any) -> None:
    enter(page, "$$z = w x + b$$\n\n$$a = \\sigma(z)$$\n\n$$C = (a - y)^2$$\n", NOTE)
    page.get_by_role("button", name="Make a worksheet of it").click()
    shows(page, "#outcome", "C =")
    assert page.get_attribute("#tab-sheet", "aria-selected") == "true"


def test_a_note_is_checked(page: Any) -> None:
    enter(page, "$$C = (a - y)^2$$\n\n$$a = \\sigma(z)$$\n\n$$\\frac{dC}{dz} = 2(a - y) a(1 + a)$$\n", NOTE)
    shows(page, "#verdicts", "1 WRONG")
    assert page.locator("#verdicts .katex").count() >= 3


def test_downloads(page: Any, tmp_path: Path) -> None:
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    got = {}
    for kind in ("txt", "py", "svg", "ipynb"):
        with page.expect_download() as found:
            page.select_option("#download", kind)
        found.value.save_as(tmp_path / kind)
        got[kind] = (tmp_path / kind).read_text(encoding="utf-8")
    assert got["txt"] == "w = 3\nE = w^2\n"
    assert "E.backward()" in got["py"]
    assert got["svg"].startswith("<svg")
    assert json.loads(got["ipynb"])["nbformat"] == 4


def test_a_long_computation_can_be_stopped(opened: Open) -> None:
    page = opened(link("x = 0.5\n" + "".join(f"y{i} = sin(x + {i})*x\n" for i in range(20_000))))
    page.locator("#stop").wait_for(state="visible", timeout=30_000)
    page.click("#stop")
    shows(page, "#status", "Stopped.")
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")


HOSTILE = '<img src=x onerror="window.struck=1">'


def test_hostile_input_is_text(page: Any) -> None:
    enter(page, f"title: {HOSTILE}<script>window.struck=1</script>\nw = 3\nE = w^2 # {HOSTILE}\n")
    shows(page, "#gradients", "6")
    enter(page, f"w = {HOSTILE}\n")
    shows(page, "#error", "line 1")
    enter(page, f"$$C = \\href{{javascript:window.struck=1}}{{a}}$$ {HOSTILE} $${HOSTILE}$$\n", NOTE)
    page.wait_for_selector("#verdicts p")
    page.wait_for_timeout(300)
    assert page.evaluate("window.struck") is None
    assert page.locator("#verdicts a[href^=javascript]").count() == 0


def test_it_works_without_a_network(opened: Open) -> None:
    page = opened()
    page.wait_for_selector("body[data-kept=true]", timeout=60_000)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-ready=true]", timeout=120_000)
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")


@pytest.mark.parametrize("answer", [{"status": 404}, {"body": "not a snapshot"}], ids=["missing", "unreadable"])
def test_without_its_snapshot_python_starts_from_nothing(browser: Any, address: str, answer: dict[str, Any]) -> None:
    context = browser.new_context(service_workers="block")
    context.route("**/scalargrad.snapshot", lambda route: route.fulfill(**answer))
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("body[data-ready=true]", timeout=120_000)
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
    context.close()


IN_VIEW = """(element) => {
  const { left, top } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + 2, top + 2));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_accessible(opened: Open, scheme: str, width: int) -> None:
    axe = needs.package("axe_playwright_python.sync_playwright").Axe()
    page = opened(width=width, color_scheme=scheme)

    def check() -> None:
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    enter(page, "x, w = 2, 0.5\na = sigmoid(w*x)\nE = (1 - a)^2\ncheck d(E)/d(a) == 1\n")
    shows(page, "#claims", "WRONG")
    check()
    page.select_option("#example", label="the 2-2-2 network, step by step")
    shows(page, "#claims", "31 claims")
    page.get_by_role("button", name="w5", exact=True).click()
    page.wait_for_selector("#derivation .katex")
    check()
    page.focus(SHEET)
    page.keyboard.press("Control+End")
    page.keyboard.type("E = v")
    shows(page, "#error", "unknown name 'v'")
    assert width < 500 or page.locator("#error").evaluate(
        IN_VIEW
    )  # beside the editor, however far results are scrolled
    check()
    terms = " + ".join(f"w_{i} x_{i}" for i in range(1, 40))
    enter(page, f"$$z = {terms}$$\n\n$$C = \\frac{{1}}{{2}}(z - y)^2$$\n\n$$\\frac{{dC}}{{dz}} = z + y$$\n", NOTE)
    shows(page, "#verdicts", "1 WRONG")
    check()


def test_the_keyboard_reaches_everything(page: Any) -> None:
    enter(page, "w = 3\nE = w^2\n")
    page.focus("#tab-table")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-explorer"
    assert page.get_attribute("#tab-explorer", "aria-selected") == "true"
    assert page.is_visible("#explorer")


def test_a_sheet_that_ends_python_is_said_and_the_page_goes_on(opened: Open) -> None:
    chain = "".join(f"a{i + 1} = [sum(a{i}), sum(a{i}) + 1]\n" for i in range(4000))
    page = opened(link(f"a0 = [1, 2]\n{chain}"))
    page.wait_for_function("() => document.querySelector('#table').textContent.trim() !== ''")
    enter(page, "w = 3\nE = w^2\n")
    shows(page, "#gradients", "6")
