"use strict";
(() => {
  const form = document.querySelector("form.filter");
  const found = form.querySelector(".found");
  const groups = [...document.querySelectorAll(".fleet tbody")].map((body) => {
    const [head, ...rows] = body.rows;
    const name = head.textContent.toLowerCase();
    return { body, entries: rows.map((row) => ({ row, text: `${name} ${row.textContent.toLowerCase()}` })) };
  });
  const all = groups.reduce((sum, group) => sum + group.entries.length, 0);
  const selects = [...form.querySelectorAll("select")];

  // A tenant stays if it has every value chosen and every word searched, in its line or its customer's.
  const sift = () => {
    const chosen = selects.filter((select) => select.value);
    const searched = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { body, entries } of groups) {
      let some = false;
      for (const { row, text } of entries) {
        const fits = searched.every((word) => text.includes(word))
          && chosen.every((select) => (row.dataset[select.name] || "").split(" ").includes(select.value));
        row.hidden = !fits;
        some ||= fits;
        shown += fits;
      }
      body.hidden = !some;
    }
    const active = chosen.length > 0 || searched.length > 0;
    found.textContent = active ? found.dataset.found.replace("{shown}", shown).replace("{all}", all) : "";
  };
  form.hidden = false;
  form.addEventListener("input", sift);
  form.addEventListener("reset", () => setTimeout(sift));
  form.addEventListener("submit", (event) => event.preventDefault());

  // A number above the list shows the tenants that it counts.
  for (const link of document.querySelectorAll("a[data-field]")) {
    link.addEventListener("click", () => {
      form.reset();
      form.elements[link.dataset.field].value = link.dataset.value;
      sift();
    });
  }
  sift();
})();
