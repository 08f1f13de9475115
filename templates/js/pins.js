// Pinned charts stand in a group of their own above all others; a link takes them along.

/** Move the pinned figures to the top and all others back to their places.
 * @param {string[]} pins ids, in their order */
function placePins(pins) {
  if (pins.length === 0 && !document.getElementById("pinned")) return;
  const group = pinnedGroup();
  for (const figure of group.querySelectorAll("figure"))
    if (!pins.includes(figure.id)) homeOf(/** @type {HTMLElement} */ (figure))?.replaceWith(figure);
  const list = part(group, ".charts");
  for (const id of pins) {
    const figure = document.getElementById(id);
    if (!figure?.matches("figure.card")) continue;
    if (!list.contains(figure)) figure.before(placeholder(id));
    list.append(figure);
  }
  const n = list.children.length;
  part(group, ".count").textContent = String(n);
  if (n === 0) group.remove();
}

/** The pins with an id added, or without it.
 * @param {string[]} pins @param {string} id @returns {string[]} */
function togglePin(pins, id) {
  return pins.includes(id) ? pins.filter((pin) => pin !== id) : [...pins, id];
}

/** The group of pinned charts, before the first group of the page.
 * @returns {HTMLElement} */
function pinnedGroup() {
  const known = document.getElementById("pinned");
  if (known) return known;
  const group = create("section", "");
  group.id = "pinned";
  const heading = create("h2", "", "Pinned ");
  heading.append(create("small", "count", ""));
  group.append(heading, create("div", "charts"));
  const first = document.querySelector("details.group")?.closest("section");
  if (first) first.before(group);
  else element("main").append(group);
  return group;
}

/** What keeps a pinned figure's place.
 * @param {string} id */
function placeholder(id) {
  const kept = create("a", "away", "pinned above");
  kept.href = "#pinned";
  kept.dataset.of = id;
  return kept;
}

/** @param {HTMLElement} figure */
function homeOf(figure) {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".away")]);
  return places.find((place) => place.dataset.of === figure.id);
}
