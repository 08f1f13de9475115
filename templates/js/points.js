// A chart as a table of its numbers, for whom a drawing says little.

const MOST_POINTS_SHOWN = 100; // rows; the files hold all

/** What stands in the table, and what was left out of it.
 * @typedef {{head: string[], rows: string[][], said: string}} Numbers */

/** Show a chart's numbers in a dialog, which Escape closes.
 * @param {string} title @param {Contents} contents */
function showNumbers(title, contents) {
  const { head, rows, said } = numbersOf(contents);
  const dialog = create("dialog", "viewer");
  dialog.setAttribute("aria-label", `${title} as a table`);
  const scroll = create("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", `Numbers of ${title}`);
  const table = create("table", "");
  const headings = table.createTHead().insertRow();
  for (const name of head) headings.append(create("th", "right", name));
  for (const heading of headings.cells) heading.setAttribute("scope", "col");
  const body = table.createTBody();
  for (const cells of rows) body.insertRow().append(...cells.map((cell) => create("td", "right", cell)));
  scroll.append(table);
  const close = create("button", "quiet", "close");
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(create("p", "title", title), scroll, ...(said ? [create("p", "", said)] : []), close);
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {Contents} contents @returns {Numbers} */
function numbersOf(contents) {
  if ("lines" in contents) return lineNumbers(contents.lines);
  return "bins" in contents ? binNumbers(contents.bins) : levelNumbers(contents.levels);
}

/** A row a step, a column a line: the value at that very step. Of many steps some are shown, of
 * those at which most lines have a point.
 * @param {Line[]} lines @returns {Numbers} */
function lineNumbers(lines) {
  const steps = unitedSteps(lines.map((line) => Array.from(line.steps)));
  const shared = steps.length > MOST_POINTS_SHOWN ? sharedSteps(lines, steps) : steps;
  const chosen = spreadOver(shared.length).map((at) => shared[at]);
  const rows = chosen.map((step) => [
    number(step),
    ...lines.map((line) => {
      const at = lowerBound(line.steps, step);
      return line.steps[at] === step ? number(line.raw[at]) : "–";
    }),
  ]);
  return { head: ["step", ...lineTitles(lines)], rows, said: thinned(rows.length, steps.length) };
}

/** What tells lines apart: their runs, their tags, or both.
 * @param {{name: string, tag: string}[]} lines @returns {string[]} */
function lineTitles(lines) {
  const [runs, tags] = [new Set(lines.map(({ name }) => name)), new Set(lines.map(({ tag }) => tag))];
  if (tags.size === 1) return lines.map(({ name }) => name);
  return lines.map(({ name, tag }) => (runs.size === 1 ? tag : `${name} ${tag}`));
}

/** The steps at which at least half as many lines have a point as anywhere.
 * @param {Line[]} lines @param {number[]} steps @returns {number[]} */
function sharedSteps(lines, steps) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const line of lines) for (const step of line.steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
  return steps.filter((step) => 2 * (counts.get(step) ?? 0) >= most);
}

/** The histogram of the last step, a row a bin.
 * @param {Bins} bins @returns {Numbers} */
function binNumbers(bins) {
  const { steps, shares, chart } = bins;
  const last = { ...bins, steps: steps.slice(-1), shares: shares.slice(-chart.bins) };
  const rows = binRows(last).map(({ low, high, share }) => [low, high, share].map(number));
  const said = `Step ${number(steps[steps.length - 1])}, the last of ${number(steps.length)}; the CSV has all.`;
  return { head: ["from", "to", "share"], rows, said };
}

/** The percentiles, a row a step.
 * @param {Levels} levels @returns {Numbers} */
function levelNumbers({ steps, rows }) {
  const chosen = spreadOver(rows.length).map((at) => [steps[at], ...rows[at]].map(number));
  return { head: ["step", ...PERCENTILES.map((percent) => `${percent} %`)], rows: chosen, said: thinned(chosen.length, rows.length) };
}

/** Places over a length, the first and the last among them.
 * @param {number} length @returns {number[]} */
function spreadOver(length) {
  const n = Math.min(length, MOST_POINTS_SHOWN);
  return Array.from({ length: n }, (_, at) => (n < 2 ? 0 : Math.round((at * (length - 1)) / (n - 1))));
}

/** @param {number} shown @param {number} total */
function thinned(shown, total) {
  return shown < total ? `${number(shown)} of ${number(total)} steps; the CSV has all.` : "";
}
