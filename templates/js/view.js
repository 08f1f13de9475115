// What the reader has set, and the page's address: everything stands after the "?" of the hash,
// behind the anchor, so that a link shows what its sender saw.

/** @typedef {"step" | "relative" | "wall"} Axis */
/** @typedef {"points" | "distance"} Over what smoothing's weight counts */
/** @typedef {{runs: string, tags: string, off: string[], smoothing: number, over: Over, axis: Axis,
 *   log: boolean, clamp: boolean, pins: string[], theme: "auto" | "light" | "dark",
 *   step: number | null, against: string, shape: "offset" | "overlay" | "bands", group: string,
 *   pattern: string, center: "mean" | "median", band: "range" | "sd" | "ci"}} View */

/** What a view may say in one of a few words, the first at the start. */
const WORDS = {
  over: ["points", "distance"],
  axis: ["step", "relative", "wall"],
  theme: ["auto", "light", "dark"],
  shape: ["offset", "overlay", "bands"],
  center: ["mean", "median"],
  band: ["range", "sd", "ci"],
};
/** And in any words. */
const TEXTS = /** @type {const} */ (["runs", "tags", "group", "pattern", "against"]);
const LARGEST_WEIGHT = 0.999;

/** The view that a page opens with; smoothing as in TensorBoard.
 * @returns {View} */
function startingView() {
  return {
    runs: "", tags: "", off: [], smoothing: 0.6, over: "points", axis: "step", log: false,
    clamp: false, pins: [], theme: "auto", step: null, against: "",
    shape: "offset", group: "", pattern: "", center: "mean", band: "range",
  };
}

/** Read a hash; what it does not say, or says wrong, is as at the start.
 * @param {string} hash @returns {{anchor: string, view: View | null}} view is null without "?" */
function readHash(hash) {
  const [anchor, query] = split(hash.replace(/^#/, ""), "?");
  if (query === null) return { anchor: decode(anchor), view: null };
  const asked = new URLSearchParams(query);
  const view = startingView();
  for (const name of TEXTS) view[name] = asked.get(name) ?? view[name];
  view.off = asked.getAll("off");
  view.log = asked.get("log") === "1";
  view.pins = [...new Set(asked.getAll("pin"))];
  view.clamp = asked.get("clamp") === "1";
  if (/^-?\d{1,15}$/.test(asked.get("step") ?? "")) view.step = Number(asked.get("step"));
  const weight = Number(asked.get("smoothing") ?? view.smoothing);
  if (isWeight(weight)) view.smoothing = weight;
  for (const [name, words] of Object.entries(WORDS)) {
    const word = asked.get(name);
    if (word !== null && words.includes(word)) Object.assign(view, { [name]: word });
  }
  return { anchor: decode(anchor), view };
}

/** Whether a number can be smoothing's weight.
 * @param {number} weight @returns {boolean} */
function isWeight(weight) {
  return weight >= 0 && weight <= LARGEST_WEIGHT;
}

/** Write a hash: only what differs from the start.
 * @param {string} anchor @param {View} view @returns {string} */
function writeHash(anchor, view) {
  const start = startingView();
  const said = new URLSearchParams();
  for (const name of TEXTS) if (view[name]) said.set(name, view[name]);
  for (const run of view.off) said.append("off", run);
  if (view.smoothing !== start.smoothing) said.set("smoothing", String(view.smoothing));
  for (const name of /** @type {(keyof typeof WORDS)[]} */ (Object.keys(WORDS)))
    if (view[name] !== start[name]) said.set(name, view[name]);
  if (view.log) said.set("log", "1");
  if (view.clamp) said.set("clamp", "1");
  for (const id of view.pins) said.append("pin", id);
  if (view.step !== null) said.set("step", String(view.step));
  const query = said.toString();
  return `#${encodeURIComponent(anchor)}${query ? `?${query}` : ""}`;
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
