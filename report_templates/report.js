"use strict";
(() => {
  const words = document.body.dataset;
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  };

  // Copying statements.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const block of document.querySelectorAll("pre.sql:not(.cut)")) {
    block.append(button(words.copy, async (made) => {
      await copy(block.querySelector("code").textContent);
      made.textContent = words.copied;
      setTimeout(() => { made.textContent = words.copy; }, 1500);
    }));
  }

  // Folding.
  const folds = [...document.querySelectorAll("details")];
  const form = document.querySelector("form.filter");
  let open = false;
  form.querySelector(".tools").append(button(words.open, (made) => {
    open = !open;
    for (const fold of folds) fold.open = open;
    made.textContent = open ? words.close : words.open;
  }));
  // The filter: an entry stays if it has every value chosen and holds the text searched.
  const entries = [...document.querySelectorAll("[data-entry]")];
  const texts = new Map();
  const textOf = (entry) => {
    if (!texts.has(entry)) texts.set(entry, entry.textContent.toLowerCase());
    return texts.get(entry);
  };
  const groups = [...document.querySelectorAll("tbody, table, ul.checks")]
    .filter((group) => group.querySelector("[data-entry]"));
  const found = form.querySelector(".found");
  const sift = () => {
    const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
    const text = form.elements.text.value.trim().toLowerCase();
    const active = Boolean(text) || chosen.length > 0;
    let shown = 0;
    for (const entry of entries) {
      const fits = chosen.every((select) => entry.dataset[select.name] === select.value)
        && (!text || textOf(entry).includes(text));
      entry.hidden = !fits;
      shown += fits;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
    if (active) for (const fold of folds) if (fold.querySelector("[data-entry]:not([hidden])")) fold.open = true;
    document.body.classList.toggle("sifted", active);
    found.textContent = active
      ? found.dataset.words.replace("{shown}", shown).replace("{all}", entries.length) : "";
  };
  form.hidden = false;
  // On a narrow screen it stands after page one, not before.
  const side = document.querySelector(".side");
  const narrow = matchMedia("(max-width: 74rem)");
  const place = () => {
    if (narrow.matches) document.querySelector(".front").after(form);
    else side.append(form);
  };
  place();
  narrow.addEventListener("change", place);
  form.addEventListener("input", sift);
  form.addEventListener("reset", () => setTimeout(sift));
  // Printed is everything, whatever is folded or filtered on the screen.
  const before = new Map();
  addEventListener("beforeprint", () => {
    for (const part of [...entries, ...groups]) part.hidden = false;
    for (const fold of folds) {
      before.set(fold, fold.open);
      if (!fold.classList.contains("rest")) fold.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const [fold, was] of before) fold.open = was;
    sift();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // A link leads to its entry although the filter or a fold hides it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      sift();
    }
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // What scrolls sideways can be reached by keyboard.
  const reach = () => {
    for (const panel of document.querySelectorAll(".panel")) {
      if (panel.scrollWidth > panel.clientWidth) panel.tabIndex = 0;
      else panel.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();

  // The contents follow the reader.
  const links = [...document.querySelectorAll("nav.contents a")];
  const nav = document.querySelector("nav.contents");
  const places = links.map((link) => document.getElementById(link.hash.slice(1)));
  let waiting = false;
  let last = null;
  const follow = () => {
    waiting = false;
    const passed = places.findLastIndex((place) => place.getBoundingClientRect().top < innerHeight / 3);
    const link = links[Math.max(passed, 0)];
    if (link === last) return;
    if (last) last.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    last = link;
    nav.scrollTo({
      left: link.offsetLeft - nav.clientWidth / 3,
      top: link.offsetTop - nav.clientHeight / 2,
    });
  };
  addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(follow);
    waiting = true;
  }, { passive: true });
  follow();
})();
