// The cursor: a hairline and dots at one step in every chart that is drawn, wherever the pointer or
// the arrow keys are; and a second one at the step that is held.

const FEW_DOTS = 12; // lines: in the other charts more dots only cost time
const STILL = 4; // px that a click may move
const DOUBLE_CLICK = 300; // ms, as Plotly's: a second click resets the zoom and holds nothing

/** Plotly's target, with the axes it keeps (_fullLayout is what its own plugins use too).
 * @typedef {HTMLElement & {_fullLayout: any}} Target */
/** The cursor of one chart: `follow` shows a step or nothing, `hold` the held one.
 * @typedef {{follow: (step: number | null) => void, hold: (step: number | null) => void,
 *   remove: () => void}} Cursor */

/** @type {Set<Cursor>} */
const CURSORS = new Set();

/** Follow the pointer and the arrow keys over a chart.
 * @param {Target} target @param {() => Probe | null} probe of the chart as it is drawn
 * @param {(step: number | null) => void} onHold the reader keeps a step, or gives it up
 * @returns {Cursor} */
function attachCursor(target, probe, onHold) {
  const moving = createOverlay(target, "cursor");
  const held = createOverlay(target, "cursor held");
  let asked = 0;
  let place = NaN;
  let step = NaN;

  /** @param {number} x @param {number} y @param {number} clientX @param {number} clientY */
  function show(x, y, clientX, clientY) {
    const readings = probe()?.at(x, y);
    if (!readings || !target._fullLayout) return hideCursors();
    ({ step } = readings);
    place = readings.x ?? x;
    drawCursor(moving, target, readings, Infinity);
    for (const other of CURSORS) if (other !== cursor) other.follow(step);
    const rect = target.getBoundingClientRect();
    const left = Number.isNaN(clientX) ? rect.left + acrossTarget(target, place) : clientX;
    const axis = target._fullLayout.yaxis;
    const near = Number.isNaN(clientY) ? null : axis.p2d(clientY - rect.top - axis._offset);
    const nearby = showTip(readings, near, left, Number.isNaN(clientY) ? rect.top + rect.height / 3 : clientY);
    lightLines(target, nearby && ((of) => of.line === nearby.line));
    return readings;
  }

  function leave() {
    cancelAnimationFrame(asked);
    hideCursors();
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      const point = locate(target, event.clientX, event.clientY);
      if (point) show(point.x, point.y, event.clientX, event.clientY);
      else hideCursors();
    });
  }

  target.addEventListener("pointermove", follow);
  target.addEventListener("pointerdown", follow);
  target.addEventListener("pointerleave", (event) => {
    // A thumb is lifted to read what it covered.
    if (event.pointerType !== "touch") leave();
  });
  target.addEventListener("blur", leave);
  holdOnClick(target, (x, y) => {
    const point = locate(target, x, y);
    const readings = point && probe()?.at(point.x, point.y);
    if (readings) onHold(readings.step);
  });
  target.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !Number.isNaN(step)) onHold(step);
    if (event.key === "Escape") {
      leave();
      onHold(null);
    }
    const stops = probe()?.stops() ?? [];
    const next = nextStop(event.key, stops, place);
    if (next === null || !target._fullLayout) return;
    event.preventDefault();
    const { yaxis } = target._fullLayout;
    const readings = show(stops[next], yaxis.p2c(yaxis._length), NaN, NaN);
    if (readings) element("spoken").textContent = spoken(readings);
  });

  /** @param {HTMLElement} overlay @param {number | null} wanted */
  function mark(overlay, wanted) {
    const readings = wanted === null || !isNearScreen(target) ? null : probe()?.atStep(wanted);
    overlay.hidden = !readings || !target._fullLayout;
    if (readings && target._fullLayout) drawCursor(overlay, target, readings, FEW_DOTS);
  }

  /** @type {Cursor} */
  const cursor = {
    follow: (wanted) => {
      mark(moving, wanted);
      if (wanted !== null) return;
      lightLines(target, null);
      [place, step] = [NaN, NaN];
    },
    hold: (wanted) => mark(held, wanted),
    remove: () => CURSORS.delete(cursor),
  };
  CURSORS.add(cursor);
  return cursor;
}

/** @param {Target} target @param {string} className */
function createOverlay(target, className) {
  const overlay = create("div", className);
  overlay.setAttribute("aria-hidden", "true");
  overlay.hidden = true;
  target.after(overlay);
  return overlay;
}

/** Call back where the pointer is pressed and let go in one place, once.
 * @param {HTMLElement} target @param {(clientX: number, clientY: number) => void} act */
function holdOnClick(target, act) {
  let waiting = 0;
  let before = -Infinity;
  target.addEventListener("pointerdown", (down) => {
    clearTimeout(waiting);
    if (down.button !== 0 || down.pointerType === "touch") return;
    // By the clock: a pointer's events count no clicks, and Plotly's cover hears the double one.
    const second = down.timeStamp - before < DOUBLE_CLICK;
    before = down.timeStamp;
    // Plotly covers the page while a button is down, so the end is not the target's to hear.
    window.addEventListener("pointerup", (up) => {
      const moved = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (moved < STILL && !second) waiting = setTimeout(() => act(up.clientX, up.clientY), DOUBLE_CLICK);
    }, { once: true });
  });
}

/** Take the moving cursor away from every chart: the table does not move with the page. */
function hideCursors() {
  for (const cursor of CURSORS) cursor.follow(null);
  hideTip();
}

/** @param {number | null} step */
function holdCursors(step) {
  for (const cursor of CURSORS) cursor.hold(step);
}

/** @param {HTMLElement} target */
function isNearScreen(target) {
  const { top, bottom } = target.getBoundingClientRect();
  return bottom > -innerHeight && top < 2 * innerHeight;
}

/** Where a key leads among the stops; null if it is not the cursor's.
 * @param {string} key @param {ArrayLike<number>} stops @param {number} place */
function nextStop(key, stops, place) {
  const last = stops.length - 1;
  if (last < 0) return null;
  const at = Number.isNaN(place) ? -1 : nearest(stops, place);
  /** @type {Record<string, number>} */
  const ways = { ArrowRight: at + 1, ArrowLeft: at < 0 ? last : at - 1, Home: 0, End: last };
  return key in ways ? Math.min(Math.max(ways[key], 0), last) : null;
}

/** A point of the screen in the units of the axes; null outside the plot.
 * @param {Target} target @param {number} clientX @param {number} clientY */
function locate(target, clientX, clientY) {
  if (!target._fullLayout) return null;
  const { xaxis, yaxis } = target._fullLayout;
  const rect = target.getBoundingClientRect();
  const across = clientX - rect.left - xaxis._offset;
  const down = clientY - rect.top - yaxis._offset;
  if (across < 0 || across > xaxis._length || down < 0 || down > yaxis._length) return null;
  return { x: xaxis.p2c(across), y: yaxis.p2c(down) };
}

/** Pixels from the target's left. @param {Target} target @param {number} x */
function acrossTarget(target, x) {
  const { xaxis } = target._fullLayout;
  return xaxis._offset + xaxis.c2p(x);
}

/** The hairline of a place, dots where lines cross it, and what stands out there.
 * @param {HTMLElement} overlay @param {Target} target @param {Readings} readings
 * @param {number} most dots */
function drawCursor(overlay, target, readings, most) {
  const { xaxis, yaxis } = target._fullLayout;
  const shown = readings.readings.length > most ? [] : readings.readings;
  /** @type {Element[]} */
  const parts = [];
  const within = (/** @type {any} */ axis, /** @type {number} */ at) => at >= -1 && at <= axis._length + 1;
  if (readings.x !== null && within(xaxis, xaxis.c2p(readings.x))) {
    const line = create("i", "hairline");
    line.style.left = `${acrossTarget(target, readings.x)}px`;
    line.style.top = `${yaxis._offset}px`;
    line.style.height = `${yaxis._length}px`;
    parts.push(line);
  }
  for (const { x, y, color } of shown) {
    if (y === null || x === null) continue;
    const down = yaxis.d2p(y);
    if (!within(yaxis, down) || !within(xaxis, xaxis.c2p(x))) continue;
    const dot = create("i", "dot");
    dot.style.left = `${acrossTarget(target, x)}px`;
    dot.style.top = `${yaxis._offset + down}px`;
    dot.style.background = color;
    parts.push(dot);
  }
  if (readings.outline) parts.push(drawOutline(target, readings.outline));
  overlay.replaceChildren(...parts);
  overlay.hidden = false;
}

/** A line around one histogram among others.
 * @param {Target} target @param {{x: number[], y: number[]}} outline @returns {Element} */
function drawOutline(target, { x, y }) {
  const { xaxis, yaxis, width, height } = target._fullLayout;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const points = x.map((at, place) =>
    `${(xaxis._offset + xaxis.c2p(at)).toFixed(1)},${(yaxis._offset + yaxis.c2p(y[place])).toFixed(1)}`);
  line.setAttribute("points", points.join(" "));
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.append(line);
  return picture;
}

/** Some lines of a chart stand out, the others step back.
 * @param {HTMLElement} target
 * @param {((of: {line: number, run: number}) => boolean) | null} chosen null for all alike */
function lightLines(target, chosen) {
  const nodes = [...target.querySelectorAll(".scatterlayer > .trace")];
  const isLit = (/** @type {any} */ node) => {
    const of = node.__data__?.[0]?.trace?.meta;
    return !chosen || !of || chosen(of);
  };
  const none = !nodes.some((node) => /** @type {any} */ (node).__data__?.[0]?.trace?.meta && isLit(node));
  for (const node of nodes) node.classList.toggle("dim", !none && !isLit(node));
}
