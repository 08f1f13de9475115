// The table beside the cursor. Names reach the page as text nodes alone.

const MOST_ROWS = 14;
const SPOKEN_ROWS = 6;
const CROWD = 5; // lines: among fewer the nearest needs no help to be seen

/** Show the lines nearest to the pointer, highest first.
 * @param {Readings} readings @param {number | null} near value at the pointer
 * @param {number} left @param {number} top of the pointer, on the screen
 * @returns {Reading | null} the nearest of many */
function showTip(readings, near, left, top) {
  const tip = element("tip");
  const rows = closestReadings(readings.readings, near);
  const nearby = near === null || readings.readings.length < CROWD ? null : byDistance(rows.filter((row) => row.y !== null), near)[0] ?? null;
  const table = create("table", "");
  const head = table.createTHead().insertRow();
  head.append(create("th", "name", ""), ...readings.columns.map((title) => create("th", "", title)));
  const body = table.createTBody();
  for (const reading of rows) {
    const row = body.insertRow();
    if (reading === nearby) row.className = "near";
    row.append(nameCell(reading.name, striped(reading.color, reading.dash)), ...reading.cells.map((cell) => create("td", "", cell)));
  }
  const hidden = readings.readings.length - rows.length;
  const rest = hidden ? [create("p", "rest", `and ${hidden} more`)] : [];
  const title = readings.head ? [create("p", "head", readings.head)] : [];
  tip.replaceChildren(...title, table, ...rest);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const fits = left + 16 + width < innerWidth - 8;
  tip.style.left = `${Math.max(8, fits ? left + 16 : left - 16 - width)}px`;
  tip.style.top = `${Math.max(8, Math.min(top + 12, innerHeight - height - 8))}px`;
  return nearby;
}

function hideTip() {
  element("tip").hidden = true;
}

/** A name behind its color.
 * @param {string} name @param {string} fill of the swatch */
function nameCell(name, fill) {
  const cell = create("td", "name");
  const swatch = create("i", "swatch");
  swatch.style.background = fill;
  cell.append(swatch, create("bdi", "", shortened(name)));
  return cell;
}

/** @param {Reading[]} readings highest first @param {number | null} near */
function closestReadings(readings, near) {
  if (readings.length <= MOST_ROWS) return readings;
  if (near === null) return readings.slice(0, MOST_ROWS);
  const closest = new Set(byDistance(readings, near).slice(0, MOST_ROWS));
  return readings.filter((reading) => closest.has(reading));
}

/** @param {Reading[]} readings @param {number} near @returns {Reading[]} */
function byDistance(readings, near) {
  const distance = (/** @type {Reading} */ one) => (one.y === null ? 0 : Math.abs(one.y - near));
  return [...readings].sort((a, b) => distance(a) - distance(b));
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
