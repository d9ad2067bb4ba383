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
  // A check with findings stands in several lists; its card is what counts.
  const cards = entries.filter((entry) => entry.matches("article.card"));
  const tell = () => {
    const shown = (all) => all.filter((entry) => !entry.hidden).length;
    const others = shown(entries) - shown(cards);
    const told = [found.dataset.findings.replace("{shown}", shown(cards)).replace("{all}", cards.length)];
    if (!shown(cards) && others) told.push(found.dataset.others.replace("{shown}", others));
    return told.join(" · ");
  };
  const sift = () => {
    const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
    const text = form.elements.text.value.trim().toLowerCase();
    const active = Boolean(text) || chosen.length > 0;
    for (const entry of entries) {
      const fits = chosen.every((select) => entry.dataset[select.name] === select.value)
        && (!text || textOf(entry).includes(text));
      entry.hidden = !fits;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
    if (active) for (const fold of folds) if (fold.querySelector("[data-entry]:not([hidden])")) fold.open = true;
    document.body.classList.toggle("sifted", active);
    found.textContent = active ? tell() : "";
    mark(text);
  };
  // The places of the text searched, in the order of the page; Enter goes from one to the next.
  let hits = [];
  let at = -1;
  const mark = (text) => {
    hits = [];
    at = -1;
    if (globalThis.Highlight) CSS.highlights.delete("match");
    if (!text) return;
    for (const entry of entries) {
      if (entry.hidden || entry.parentElement.closest("[data-entry]")) continue;
      const walker = document.createTreeWalker(entry, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        const content = node.data.toLowerCase();
        if (content.length !== node.length) continue;
        for (let from = content.indexOf(text); from >= 0; from = content.indexOf(text, from + text.length)) {
          const range = new Range();
          range.setStart(node, from);
          range.setEnd(node, Math.min(from + text.length, node.length));
          hits.push(range);
        }
      }
    }
    if (globalThis.Highlight) CSS.highlights.set("match", new Highlight(...hits.slice(0, 2000)));
  };
  const jump = () => {
    if (!hits.length) {
      const first = entries.find((entry) => !entry.hidden);
      if (first) first.scrollIntoView();
      return;
    }
    at = (at + 1) % hits.length;
    const within = hits[at].startContainer.parentElement;
    for (let fold = within.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    scrollTo({ top: scrollY + hits[at].getBoundingClientRect().top - innerHeight / 3 });
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
  let pause = 0;
  form.addEventListener("input", (event) => {
    sift();
    clearTimeout(pause);
    // Beside the text the form stays in sight; above it the page waits for Enter.
    if (hits.length && event.target === form.elements.text && !narrow.matches) pause = setTimeout(jump, 150);
  });
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
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    if (form.elements.text.value.trim()) jump();
  });

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
