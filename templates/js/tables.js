// Tables: sorted by a click on a heading, and filtered by words and by the values of columns.

const FILTERED_FROM = 4; // rows: fewer are read at a glance
const ARROWS = { ascending: "↑", descending: "↓" };

/** @typedef {"ascending" | "descending"} Order */
/** A cell as it is sorted and filtered: `value` is NaN where it is no number; `best` where it is set
 * off from its column.
 * @typedef {{text: string, value: number, best?: boolean}} SortCell */

/** Give every table of the page its sorting and its filter. */
function attachTables() {
  for (const table of document.querySelectorAll(".scroll > table"))
    attachTable(/** @type {HTMLTableElement} */ (table));
}

/** @param {HTMLTableElement} table */
function attachTable(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  if (rows.length < 2) return;
  const cells = rows.map((row) => [...row.cells].map(readCell));
  const heads = [...table.tHead?.rows[0].cells ?? []];
  const titles = heads.map((head) => (head.textContent ?? "").trim());
  heads.forEach((head, column) => {
    const button = create("button", "sort", titles[column]);
    button.type = "button";
    const arrow = create("span", "arrow", "");
    arrow.setAttribute("aria-hidden", "true");
    button.append(arrow);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const order = nextOrder(head.getAttribute("aria-sort"), cells.map((row) => row[column]));
      for (const other of heads) markOrder(other, other === head ? order : null);
      const places = sortedPlaces(cells.map((row) => row[column]), order);
      body.append(...places.map((place) => rows[place]));
    });
  });
  if (rows.length >= FILTERED_FROM)
    attachRowFilter(table, rows, cells, titles, heads.findIndex((head) => head.classList.contains("right")));
}

/** @param {HTMLTableElement} table @param {HTMLTableRowElement[]} rows
 * @param {SortCell[][]} cells @param {string[]} titles @param {number} numeric a column of numbers */
function attachRowFilter(table, rows, cells, titles, numeric) {
  const before = table.parentElement?.previousElementSibling;
  const bar = before?.matches(".table-bar") ? before : create("div", "table-bar");
  const input = create("input", "");
  input.type = "search";
  input.spellcheck = false;
  input.placeholder = numeric < 0 ? "filter rows" : `filter rows: words, or ${titles[numeric]} > 5`;
  input.setAttribute("aria-label", "Filter the rows of this table");
  const note = create("span", "matched", "");
  note.setAttribute("role", "status");
  bar.prepend(input, note);
  table.parentElement?.before(bar);
  input.addEventListener("input", () => {
    const matches = rowFilter(input.value, titles);
    const passed = cells.map(matches);
    rows.forEach((row, place) => row.classList.toggle("unmatched", !passed[place]));
    const n = passed.filter(Boolean).length;
    const unknown = n ? "" : unknownColumn(input.value, titles);
    note.textContent = n < rows.length ? `${n} of ${rows.length} rows${unknown && `; no column is called “${unknown}”`}` : "";
  });
}

/** What a cell is sorted by: its number if it gives or shows one, else its text.
 * @param {HTMLTableCellElement} cell @returns {SortCell} */
function readCell(cell) {
  const text = (cell.textContent ?? "").trim();
  const { value } = cell.dataset;
  const best = cell.classList.contains("strong");
  return { text, value: value === undefined ? readNumber(text) : Number(value), best };
}

/** The number that a text is; NaN if it is none.
 * @param {string} text "1,998", "−1.2e−5" */
function readNumber(text) {
  const bare = text.replace(/,/g, "").replace(/−/g, "-");
  return /\d/.test(bare) ? Number(bare) : NaN;
}

/** @param {SortCell | undefined} cell */
function isNumber(cell) {
  return cell !== undefined && !Number.isNaN(cell.value);
}

/** Numbers start with the best where that is told, else with the greatest, names from A; a third
 * click restores the first order.
 * @param {string | null} order @param {SortCell[]} column @returns {Order | null} */
function nextOrder(order, column) {
  const numbers = column.filter(isNumber);
  const best = numbers.find((cell) => cell.best);
  const lowFirst = best && numbers.every(({ value }) => best.value <= value) && numbers.some((cell) => !cell.best);
  const [first, second] = numbers.length && !lowFirst
    ? /** @type {const} */ (["descending", "ascending"])
    : /** @type {const} */ (["ascending", "descending"]);
  if (order === first) return second;
  return order === second ? null : first;
}

/** @param {HTMLElement} head @param {Order | null} order */
function markOrder(head, order) {
  if (order) head.setAttribute("aria-sort", order);
  else head.removeAttribute("aria-sort");
  part(head, ".arrow").textContent = order ? ARROWS[order] : "";
}

/** The rows' places in an order; what has no value comes last in both.
 * @param {SortCell[]} column @param {Order | null} order @returns {number[]} */
function sortedPlaces(column, order) {
  const places = column.map((_, place) => place);
  if (order === null) return places;
  const numeric = column.some(isNumber);
  const sign = order === "ascending" ? 1 : -1;
  const known = (/** @type {SortCell} */ cell) => (numeric ? isNumber(cell) : cell.text !== "");
  const rank = (/** @type {SortCell} */ a, /** @type {SortCell} */ b) =>
    numeric ? a.value - b.value : a.text.localeCompare(b.text, "en", { numeric: true });
  return places.sort((left, right) => {
    const [a, b] = [column[left], column[right]];
    if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a)) || left - right;
    return sign * rank(a, b) || left - right;
  });
}

const RELATIONS = /** @type {Record<string, (a: number, b: number) => boolean>} */ ({
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
});

const COMPARISON = /^(.+?)\s*(<=|>=|<|>|=)\s*(-?[\d.]+(?:e[+-]?\d+)?)$/;

/** The first name in a filter that no column has; "" without.
 * @param {string} source @param {string[]} titles */
function unknownColumn(source, titles) {
  const asked = termsOf(source).map((term) => COMPARISON.exec(term)?.[1] ?? "");
  return asked.find((name) => name && !titles.some((title) => title.toLowerCase() === name)) ?? "";
}

/** @param {string} source */
function termsOf(source) {
  return source.split(",").map((term) => term.trim().toLowerCase()).filter(Boolean);
}

/** A test of rows from "words, column < number": every term must hold.
 * @param {string} source @param {string[]} titles of the columns
 * @returns {(cells: SortCell[]) => boolean} */
function rowFilter(source, titles) {
  const tests = termsOf(source).map((term) => {
    const [, title, relation, bound] = COMPARISON.exec(term) ?? [];
    const columns = titles.flatMap((name, at) => (name.toLowerCase() === title ? [at] : []));
    if (columns.length)
      return (/** @type {SortCell[]} */ cells) =>
        columns.some((at) => RELATIONS[relation](cells[at].value, Number(bound)));
    const words = term.split(/\s+/);
    return (/** @type {SortCell[]} */ cells) => {
      const text = cells.map((cell) => cell.text).join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
  });
  return (cells) => tests.every((holds) => holds(cells));
}
