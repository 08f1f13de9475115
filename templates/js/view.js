// What the reader has set, and the page's address: everything stands after the "?" of the hash,
// behind the anchor, so that a link shows what its sender saw.

/** @typedef {"step" | "relative" | "wall"} Axis */
/** @typedef {"points" | "distance"} Over what smoothing's weight counts */
/** @typedef {{runs: string, tags: string, off: string[], smoothing: number, over: Over, axis: Axis,
 *   log: boolean, clamp: boolean, pins: string[], theme: "auto" | "light" | "dark"}} View */

const AXES = ["step", "relative", "wall"];
const OVERS = ["points", "distance"];
const THEMES = ["auto", "light", "dark"];
const LARGEST_WEIGHT = 0.99;

/** The view that a page opens with; smoothing as in TensorBoard.
 * @returns {View} */
function startingView() {
  return {
    runs: "", tags: "", off: [], smoothing: 0.6, over: "points", axis: "step", log: false,
    clamp: false, pins: [], theme: "auto",
  };
}

/** Read a hash; what it does not say, or says wrong, is as at the start.
 * @param {string} hash @returns {{anchor: string, view: View | null}} view is null without "?" */
function readHash(hash) {
  const [anchor, query] = split(hash.replace(/^#/, ""), "?");
  if (query === null) return { anchor: decode(anchor), view: null };
  const asked = new URLSearchParams(query);
  const view = startingView();
  view.runs = asked.get("runs") ?? view.runs;
  view.tags = asked.get("tags") ?? view.tags;
  view.off = asked.getAll("off");
  view.log = asked.get("log") === "1";
  view.pins = [...new Set(asked.getAll("pin"))];
  view.clamp = asked.get("clamp") === "1";
  const weight = Number(asked.get("smoothing") ?? view.smoothing);
  if (weight >= 0 && weight <= LARGEST_WEIGHT) view.smoothing = weight;
  view.over = /** @type {Over} */ (oneOf(OVERS, asked.get("over"), view.over));
  view.axis = /** @type {Axis} */ (oneOf(AXES, asked.get("axis"), view.axis));
  view.theme = /** @type {View["theme"]} */ (oneOf(THEMES, asked.get("theme"), view.theme));
  return { anchor: decode(anchor), view };
}

/** Write a hash: only what differs from the start.
 * @param {string} anchor @param {View} view @returns {string} */
function writeHash(anchor, view) {
  const start = startingView();
  const said = new URLSearchParams();
  if (view.runs) said.set("runs", view.runs);
  if (view.tags) said.set("tags", view.tags);
  for (const run of view.off) said.append("off", run);
  if (view.smoothing !== start.smoothing) said.set("smoothing", String(view.smoothing));
  if (view.over !== start.over) said.set("over", view.over);
  if (view.axis !== start.axis) said.set("axis", view.axis);
  if (view.log) said.set("log", "1");
  if (view.clamp) said.set("clamp", "1");
  for (const id of view.pins) said.append("pin", id);
  if (view.theme !== start.theme) said.set("theme", view.theme);
  const query = said.toString();
  return `#${encodeURIComponent(anchor)}${query ? `?${query}` : ""}`;
}

/** @param {string[]} known @param {string | null} asked @param {string} otherwise */
function oneOf(known, asked, otherwise) {
  return asked !== null && known.includes(asked) ? asked : otherwise;
}

/** @param {string} text @param {string} sign @returns {[string, string | null]} */
function split(text, sign) {
  const at = text.indexOf(sign);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** @param {string} text percent-encoded; as it is where it is not */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
