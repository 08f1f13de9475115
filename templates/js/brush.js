// One run stands out wherever it is drawn: in charts, in the static pictures of PR curves and
// hyper-parameters, and in tables. The pointer, the arrow keys and the list of runs choose it.

const PICTURES = ".pr svg.still, .parallel-frame svg.still, .scatters svg.still";
const BRUSHED = ".pr, .parallel-frame, .scatters";
const RECALL_STOPS = 20; // that the arrow keys go through

/** @typedef {SVGGraphicsElement & {dataset: DOMStringMap}} Shape the line or dot of a run */

/** One run stands out in everything that has it.
 * @param {number | null} run */
function lightRun(run) {
  for (const target of document.querySelectorAll(".live"))
    lightLines(/** @type {HTMLElement} */ (target), run === null ? null : (of) => of.run === run);
  for (const picture of document.querySelectorAll(BRUSHED)) {
    const shapes = [...picture.querySelectorAll("svg [data-run]")];
    const isLit = (/** @type {Element} */ shape) => shape.getAttribute("data-run") === String(run);
    picture.classList.toggle("brushed", shapes.some(isLit));
    for (const shape of shapes) shape.classList.toggle("lit", isLit(shape));
  }
  for (const row of document.querySelectorAll("tr.lit")) row.classList.remove("lit");
  if (run === null) return;
  for (const row of document.querySelectorAll(`tr[data-run="${run}"]`)) row.classList.add("lit");
}

/** Let the pointer and the keyboard choose runs in static pictures, and the pointer in tables.
 * @param {Manifest} manifest */
function attachBrush(manifest) {
  for (const found of document.querySelectorAll(PICTURES)) {
    const picture = /** @type {SVGSVGElement} */ (found);
    const frame = picture.closest(".pr li[data-area]");
    if (frame instanceof HTMLElement) attachRecall(manifest, picture, frame);
    else attachShapes(manifest, picture);
  }
  document.addEventListener("pointerover", ({ target }) => {
    const row = target instanceof Element && target.closest("main tr[data-run]");
    if (row) lightRun(Number(row.getAttribute("data-run")));
    else if (document.querySelector("tr.lit") && target instanceof Element && !target.closest("#legend, svg"))
      lightRun(null);
  });
}

/** The shapes of the runs that the filters leave, in the order they are drawn.
 * @param {SVGSVGElement} picture @returns {Shape[]} */
function shapesOf(picture) {
  return /** @type {Shape[]} */ ([...picture.querySelectorAll("[data-run]:not([hidden])")]);
}

/** One run after another: by the pointer that is over it, and by the arrow keys.
 * @param {Manifest} manifest @param {SVGSVGElement} picture */
function attachShapes(manifest, picture) {
  let place = -1;
  /** @param {Shape} shape @param {number} left @param {number} top */
  const show = (shape, left, top) => {
    const run = Number(shape.dataset.run);
    lightRun(run);
    const reading = readingOf(manifest, shape, []);
    const head = wordsOf(shape).replace(reading.name, "");
    showTip({ x: null, step: NaN, head, columns: [], readings: [reading] }, null, left, top);
    return reading;
  };
  const leave = () => {
    place = -1;
    hideTip();
    lightRun(null);
  };
  picture.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    const shape = target instanceof Element ? target.closest("[data-run]") : null;
    if (shape) show(/** @type {Shape} */ (shape), clientX, clientY);
    else leave();
  });
  picture.addEventListener("pointerleave", leave);
  picture.addEventListener("blur", leave);
  picture.tabIndex = 0;
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave();
    const shapes = shapesOf(picture);
    const next = nextStop(event.key, shapes.map((_, at) => at), place < 0 ? NaN : place);
    if (next === null) return;
    event.preventDefault();
    place = next;
    const { left, top } = shapes[place].getBoundingClientRect();
    const { name } = show(shapes[place], left, top);
    element("spoken").textContent = `${name}, ${place + 1} of ${shapes.length}`;
  });
}

/** The precision of every run at the recall under the pointer, or that the arrow keys go to.
 * @param {Manifest} manifest @param {SVGSVGElement} picture @param {HTMLElement} frame */
function attachRecall(manifest, picture, frame) {
  const [left, top, right, floor] = String(frame.dataset.area).split(" ").map(Number);
  let place = NaN;
  const read = (/** @type {number} */ recall) => {
    const at = left + recall * (right - left);
    const readings = shapesOf(picture).flatMap((shape) => {
      const y = heightAt(/** @type {any} */ (shape), picture, at);
      if (y === null) return [];
      const precision = (floor - y) / (floor - top);
      return [{ ...readingOf(manifest, shape, [precision.toFixed(3)]), y: precision }];
    });
    return readings.sort((a, b) => b.y - a.y);
  };
  /** @param {number} recall @param {number | null} near precision
   * @param {number} clientX @param {number} clientY */
  const show = (recall, near, clientX, clientY) => {
    const readings = read(recall);
    const table = { x: null, step: NaN, head: `recall ${recall.toFixed(2)}`, columns: ["precision"], readings };
    const nearest = near === null ? null : byDistance(readings, near)[0] ?? null;
    showTip(table, near, clientX, clientY);
    lightRun(nearest && nearest.line);
    return table;
  };
  const leave = () => {
    place = NaN;
    hideTip();
    lightRun(null);
  };
  picture.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { x, y } = inPicture(picture, clientX, clientY);
    const recall = (x - left) / (right - left);
    if (recall < 0 || recall > 1 || y < top || y > floor) leave();
    else show(recall, (floor - y) / (floor - top), clientX, clientY);
  });
  picture.addEventListener("pointerleave", leave);
  picture.addEventListener("blur", leave);
  picture.tabIndex = 0;
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave();
    const stops = Array.from({ length: RECALL_STOPS + 1 }, (_, at) => at / RECALL_STOPS).filter((recall) => read(recall).length);
    const next = nextStop(event.key, stops, place);
    if (next === null) return;
    event.preventDefault();
    place = stops[next];
    const box = picture.getBoundingClientRect();
    const table = show(place, null, box.left + box.width * (left + place * (right - left)) / picture.viewBox.baseVal.width, box.top + box.height / 3);
    element("spoken").textContent = spoken(table);
  });
}

/** A row of the cursor's table for a run; `line` is the run's number.
 * @param {Manifest} manifest @param {Shape} shape @param {string[]} cells @returns {Reading} */
function readingOf(manifest, shape, cells) {
  const run = Number(shape.dataset.run);
  const { fill, stroke, strokeDasharray } = getComputedStyle(shape);
  return { name: manifest.runs[run].name, color: stroke === "none" ? fill : stroke, dash: strokeDasharray, x: null, y: null, line: run, cells };
}

/** What stands in a shape's title, which the table shows sooner and next to others.
 * @param {Shape} shape */
function wordsOf(shape) {
  const title = shape.querySelector("title");
  if (title) {
    shape.dataset.words = title.textContent ?? "";
    title.remove();
  }
  return shape.dataset.words ?? "";
}

/** A point of the screen in the units of a picture.
 * @param {SVGSVGElement} picture @param {number} clientX @param {number} clientY */
function inPicture(picture, clientX, clientY) {
  return new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM()?.inverse());
}

/** How far down a line is where it is first so far across; null beyond its ends.
 * @param {SVGPathElement} line from the right to the left @param {SVGSVGElement} picture
 * @param {number} across in the units of the picture */
function heightAt(line, picture, across) {
  const scale = picture.getScreenCTM()?.inverse().multiply(/** @type {DOMMatrix} */ (line.getScreenCTM()));
  const at = (/** @type {number} */ length) => {
    const { x, y } = line.getPointAtLength(length);
    return new DOMPoint(x, y).matrixTransform(scale);
  };
  let [low, high] = [0, line.getTotalLength()];
  const [start, end] = [at(low).x, at(high).x];
  if (across < Math.min(start, end) - 1 || across > Math.max(start, end) + 1) return null;
  const falls = start > end;
  for (let round = 0; round < 20; round += 1) {
    const middle = (low + high) / 2;
    if (at(middle).x > across === falls) low = middle;
    else high = middle;
  }
  return at(low).y;
}
