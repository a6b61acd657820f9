"use strict";
// Sorts and filters one table, `table[data-sorted]`. Each head with `aria-sort` has a button whose `data-key` names what its
// column is sorted by: each row has a `data-` of that name. `data-numeric` sorts by numbers, `data-first="descending"` has the
// largest first at the first click. With `data-sorted="bodies"` each body of the table is what a row is otherwise: its first
// row has the columns. `#filters` is a form with `find`, which finds words anywhere in a row, and with selects
// that are called as columns are and show rows whose cell there says the chosen word. `#shown` says how many are shown.
const form = document.getElementById("filters"), table = document.querySelector("table[data-sorted]");
const heads = [...table.querySelectorAll("th[aria-sort]")];
const rows = table.dataset.sorted === "bodies" ? [...table.tBodies] : [...table.tBodies[0].rows], parent = rows[0].parentNode;
const cells = row => (row.rows?.[0] ?? row).cells;
const buttons = new Map(heads.map(head => [head.firstElementChild.dataset.key, head.firstElementChild]));
const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
const names = [...form.elements].map(element => element.name).filter(Boolean);
// What was chosen stands in the address, so that a link shows the same.
const state = new URLSearchParams(location.hash.slice(1));

function filter() {
  const { find, ...chosen } = Object.fromEntries(new FormData(form));
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const columns = Object.entries(chosen).filter(([, value]) => value)
    .map(([name, value]) => [buttons.get(name).parentElement.cellIndex, value]);
  let shown = 0;
  for (const row of rows) {
    const fits = columns.every(([column, value]) => cells(row)[column].textContent.trim() === value)
      && words.every(word => texts.get(row).includes(word));
    row.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} shown`;
}

function sort(key, descending) {
  const isNumeric = "numeric" in buttons.get(key).dataset;
  const value = row => isNumeric ? Number(row.dataset[key]) : row.dataset[key];
  const order = (a, b) => a < b ? -1 : a > b ? 1 : 0;
  rows.sort((a, b) => order(value(a), value(b)) * (descending ? -1 : 1));
  parent.append(...rows);
  for (const [name, button] of buttons) {
    button.parentElement.setAttribute("aria-sort", name !== key ? "none" : descending ? "descending" : "ascending");
  }
}

function keep(chosen) {
  for (const name of [...state.keys()]) if (!names.includes(name) && name !== "sort" && name !== "order") state.delete(name);
  for (const [name, value] of Object.entries(chosen)) value ? state.set(name, value) : state.delete(name);
  history.replaceState(null, "", `#${state}`);
}

// A link to a row shows it, with what is folded in it.
function follow() {
  const row = rows.find(row => row.id && `#${row.id}` === location.hash);
  if (!row) return;
  row.hidden = false;
  for (const details of row.querySelectorAll("details")) details.open = true;
  row.scrollIntoView({ block: "center" });
}

form.addEventListener("input", () => {
  filter();
  keep(Object.fromEntries(new FormData(form)));
});
form.addEventListener("submit", event => event.preventDefault());
for (const [key, button] of buttons) {
  button.addEventListener("click", () => {
    const now = button.parentElement.getAttribute("aria-sort");
    const descending = now === "none" ? button.dataset.first === "descending" : now === "ascending";
    sort(key, descending);
    keep({ sort: key, order: descending ? "descending" : "" });
  });
}
for (const name of names) form.elements[name].value = state.get(name) ?? "";
if (buttons.has(state.get("sort"))) sort(state.get("sort"), state.get("order") === "descending");
filter();
follow();
addEventListener("hashchange", follow);
