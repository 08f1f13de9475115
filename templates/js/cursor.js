// The cursor of a chart: a hairline, dots on its lines, and a table of what stands there. Names
// reach the page as text nodes alone.

const MOST_ROWS = 14;
const SPOKEN_ROWS = 6;

/** Plotly's target, with the axes it keeps (_fullLayout is what its own plugins use too).
 * @typedef {HTMLElement & {_fullLayout: any}} Target */

/** Follow the pointer and the arrow keys over a chart.
 * @param {Target} target @param {() => Probe | null} probe of the chart as it is drawn
 * @returns {() => void} take the cursor away */
function attachCursor(target, probe) {
  const overlay = create("div", "cursor");
  overlay.setAttribute("aria-hidden", "true");
  overlay.hidden = true;
  target.after(overlay);
  let asked = 0;
  let place = NaN;

  /** @param {number} x @param {number} y @param {number} clientX @param {number} clientY */
  function show(x, y, clientX, clientY) {
    const readings = probe()?.at(x, y);
    if (!readings || !target._fullLayout) return hide();
    place = readings.x;
    drawHairline(overlay, target, readings);
    const rect = target.getBoundingClientRect();
    const left = Number.isNaN(clientX) ? rect.left + acrossTarget(target, place) : clientX;
    const axis = target._fullLayout.yaxis;
    const near = Number.isNaN(clientY) ? null : axis.p2d(clientY - rect.top - axis._offset);
    showTip(readings, near, left, Number.isNaN(clientY) ? rect.top + rect.height / 3 : clientY);
    return readings;
  }

  function hide() {
    overlay.hidden = true;
    element("tip").hidden = true;
    place = NaN;
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      const point = locate(target, event.clientX, event.clientY);
      if (point) show(point.x, point.y, event.clientX, event.clientY);
      else hide();
    });
  }

  target.addEventListener("pointermove", follow);
  target.addEventListener("pointerdown", follow);
  target.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch") return; // a thumb is lifted to read what it covered
    cancelAnimationFrame(asked);
    hide();
  });
  target.addEventListener("blur", hide);
  target.addEventListener("keydown", (event) => {
    const stops = probe()?.stops() ?? [];
    const next = nextStop(event.key, stops, place);
    if (next === null || !target._fullLayout) return;
    event.preventDefault();
    const { yaxis } = target._fullLayout;
    const readings = show(stops[next], yaxis.p2c(yaxis._length), NaN, NaN);
    if (readings) element("spoken").textContent = spoken(readings);
  });
  return hide;
}

/** Take away every cursor: the table does not move with the page. */
function hideCursors() {
  for (const overlay of document.querySelectorAll(".cursor"))
    /** @type {HTMLElement} */ (overlay).hidden = true;
  element("tip").hidden = true;
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

/** @param {HTMLElement} overlay @param {Target} target @param {Readings} readings */
function drawHairline(overlay, target, readings) {
  const { yaxis } = target._fullLayout;
  const left = `${acrossTarget(target, readings.x)}px`;
  const line = create("i", "hairline");
  line.style.left = left;
  line.style.top = `${yaxis._offset}px`;
  line.style.height = `${yaxis._length}px`;
  const dots = readings.readings.flatMap((reading) => {
    const down = reading.y === null ? NaN : yaxis.d2p(reading.y);
    if (!(down >= 0 && down <= yaxis._length)) return [];
    const dot = create("i", "dot");
    dot.style.left = left;
    dot.style.top = `${yaxis._offset + down}px`;
    dot.style.background = reading.color;
    return [dot];
  });
  overlay.replaceChildren(line, ...dots);
  overlay.hidden = false;
}

/** The table beside the cursor: the lines nearest to it, highest first.
 * @param {Readings} readings @param {number | null} near value at the pointer
 * @param {number} left @param {number} top of the pointer, on the screen */
function showTip(readings, near, left, top) {
  const tip = element("tip");
  const rows = closestReadings(readings.readings, near);
  const table = create("table", "");
  const head = table.createTHead().insertRow();
  head.append(create("th", "name", ""), ...readings.columns.map((title) => create("th", "", title)));
  const body = table.createTBody();
  for (const reading of rows) {
    const row = body.insertRow();
    const name = create("td", "name");
    const swatch = create("i", "swatch");
    swatch.style.background = reading.color;
    name.append(swatch, create("bdi", "", reading.name));
    row.append(name, ...reading.cells.map((cell) => create("td", "", cell)));
  }
  const hidden = readings.readings.length - rows.length;
  const rest = hidden ? [create("p", "rest", `and ${hidden} more`)] : [];
  tip.replaceChildren(create("p", "head", readings.head), table, ...rest);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const fits = left + 16 + width < innerWidth - 8;
  tip.style.left = `${Math.max(8, fits ? left + 16 : left - 16 - width)}px`;
  tip.style.top = `${Math.max(8, Math.min(top + 12, innerHeight - height - 8))}px`;
}

/** @param {Reading[]} readings highest first @param {number | null} near */
function closestReadings(readings, near) {
  if (readings.length <= MOST_ROWS) return readings;
  if (near === null) return readings.slice(0, MOST_ROWS);
  const distance = (/** @type {Reading} */ one) => (one.y === null ? 0 : Math.abs(one.y - near));
  const closest = new Set([...readings].sort((a, b) => distance(a) - distance(b)).slice(0, MOST_ROWS));
  return readings.filter((reading) => closest.has(reading));
}

/** What a screen reader says of the cursor's place. @param {Readings} readings */
function spoken(readings) {
  const said = readings.readings.slice(0, SPOKEN_ROWS);
  const rest = readings.readings.length - said.length;
  const parts = said.map((reading) => `${reading.name} ${reading.cells[0]}`);
  return `${readings.head}: ${parts.join(", ")}${rest ? `, and ${rest} more` : ""}`;
}

/** @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} className @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]} */
function create(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
